package main

import (
	"github.com/a-h/templ"

	"bedelau/web/page/account"
	"bedelau/web/page/problem"
	"bedelau/web/ui"
)

// picture stands in for a QR code.
const picture = "data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 29 29'%3E%3Cpath d='M0 0h9v9H0zM20 0h9v9h-9zM0 20h9v9H0zM12 2h3v3h-3zM14 8h4v6h-4zM4 12h6v3H4zM20 14h7v3h-7zM13 18h3v9h-3zM20 20h4v8h-4z'/%3E%3C/svg%3E"

func accountPages() []entry {
	return append([]entry{
		{"sign-in", func(s ui.Shell) templ.Component {
			return account.SignIn(account.SignInView{Shell: at(s, "/masuk", s.L.T("sign_in.title")), Demo: []account.Demo{
				{Label: in(s, "Warga", "Resident"), Login: "siti@warga.example", Password: "sandi demo bedelau"},
				{Label: in(s, "Petugas Disdukcapil", "Civil registry officer"), Login: "petugas@batam.example", Password: "sandi demo bedelau", Code: "123 456"},
			}})
		}},
		{"sign-in-error", func(s ui.Shell) templ.Component {
			s = at(s, "/masuk", s.L.T("sign_in.title"))
			s.ErrorTitle = true
			return account.SignIn(account.SignInView{Shell: s, Login: "siti@warga.example", Errors: ui.Errors{
				{Name: "login", Text: in(s, "Email, nomor HP, atau kata sandi tidak cocok.", "The e-mail, phone number or password does not match.")},
			}})
		}},
		{"register", func(s ui.Shell) templ.Component {
			return account.Register(account.RegisterView{Shell: at(s, "/daftar", s.L.T("register.title"))})
		}},
		{"sent", func(s ui.Shell) templ.Component {
			return account.Sent(account.SentView{Shell: at(s, "/daftar", s.L.T("sent.title")), Kind: "register", Email: "siti@warga.example"})
		}},
		{"forgot", func(s ui.Shell) templ.Component {
			return account.Forgot(account.ForgotView{Shell: at(s, "/lupa-sandi", s.L.T("forgot.title"))})
		}},
		{"reset", func(s ui.Shell) templ.Component {
			return account.Password(account.PasswordView{Shell: at(s, "/sandi-baru/x", s.L.T("password.reset")), Kind: "reset", Name: "Siti Rahmawati"})
		}},
		{"confirm", func(s ui.Shell) templ.Component {
			return account.Password(account.PasswordView{Shell: at(s, "/konfirmasi/x", s.L.T("password.confirm")), Kind: "confirm", Name: "Siti Rahmawati"})
		}},
		{"dead-confirm", func(s ui.Shell) templ.Component {
			return account.Dead(account.DeadView{Shell: at(s, "/konfirmasi/x", s.L.T("dead.title")), Kind: "confirm"})
		}},
		{"dead-reset", func(s ui.Shell) templ.Component {
			return account.Dead(account.DeadView{Shell: at(s, "/atur-sandi/x", s.L.T("dead.title")), Kind: "reset"})
		}},
		{"invite", func(s ui.Shell) templ.Component {
			return account.Password(account.PasswordView{Shell: at(s, "/undangan/x", s.L.T("password.invite")), Kind: "invite", Name: "Budi Hartono"})
		}},
		{"code", func(s ui.Shell) templ.Component {
			return account.Code(account.CodeView{Shell: at(s, "/petugas/masuk/kode", s.L.T("code.title")), Action: "/petugas/masuk/kode"})
		}},
		{"enrol", func(s ui.Shell) templ.Component {
			return account.Enrol(account.EnrolView{Shell: at(s, "/petugas/masuk/pasang", s.L.T("enrol.title")), Action: "/petugas/masuk/pasang", QR: picture, Secret: "JBSW Y3DP EHPK 3PXP"})
		}},
		{"recovery", func(s ui.Shell) templ.Component {
			return account.Recovery(account.RecoveryView{Shell: at(s, "/petugas/masuk/pasang", s.L.T("recovery.title")), Next: "/petugas/antrean", Codes: []string{"7K3Q-X4MP", "9T2W-H6RD", "4F8N-B2CV", "6J5Y-P9SK", "3M7G-W4XE", "8R2D-K6TH"}})
		}},
	}, problems()...)
}

func problems() []entry {
	page := func(name string, status int, id, en string) entry {
		return entry{name, func(s ui.Shell) templ.Component {
			v := problem.View{Shell: at(s, "/x", ""), Status: status, Text: in(s, id, en), Request: "01JDG7M2Q0XK4"}
			v.Title = v.Text
			if status == 401 {
				v.SignIn = "/masuk"
			}
			return problem.Page(v)
		}}
	}
	return []entry{
		page("problem-404", 404, "Layanan ini tidak ada di kota ini.", "This city has no such service."),
		page("problem-403", 403, "Akun Anda tidak punya wewenang untuk halaman ini.", "Your account has no permission for this page."),
		page("problem-410", 410, "Tautan ini sudah dipakai atau kedaluwarsa. Minta yang baru.", "This link was used or has expired. Ask for a new one."),
		page("problem-429", 429, "Terlalu banyak permintaan dari jaringan Anda.", "Too many requests from your network."),
		page("problem-500", 500, "Terjadi gangguan di sistem kami.", "Something went wrong on our side."),
		page("problem-503", 503, "Kami sedang memelihara sistem.", "We are doing maintenance."),
	}
}
