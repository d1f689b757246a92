package portal

import (
	"net/http"
	"time"

	"bedelau/internal/edge/gate"
	"bedelau/internal/edge/site"
	"bedelau/internal/kernel/access"
)

const pathEnrol = "/masuk/pasang"

// The routes where guessing would pay, counted by address. Behind one address there may be a whole office or a mobile
// network, so these only slow a guesser down; what stops one is the lockout of each account and code in identity.
var (
	limitSignIn   = gate.Limit{Name: "sign_in", Count: 30, Per: time.Minute}
	limitRegister = gate.Limit{Name: "register", Count: 20, Per: time.Minute}
	limitReset    = gate.Limit{Name: "reset", Count: 10, Per: time.Minute}
	limitLink     = gate.Limit{Name: "link", Count: 30, Per: time.Minute}
	limitCode     = gate.Limit{Name: "code", Count: 20, Per: time.Minute}
	limitAsk      = gate.Limit{Name: "cosign", Count: 10, Per: time.Minute}
	limitLookup   = gate.Limit{Name: "lookup", Count: 20, Per: time.Minute}
	limitUpload   = gate.Limit{Name: "upload", Count: 120, Per: time.Minute} // every page of a form is sent this way
)

const (
	get  = http.MethodGet
	post = http.MethodPost
)

// accountRoutes are how people prove who they are, and what they keep about themselves. The second factor asks for a
// session alone: staff have no permission before it.
func (p *Portal) accountRoutes() gate.Table {
	all, in, self := access.Public, access.SignedIn, access.AccountSelf
	city, both := gate.City, gate.Any
	return gate.Table{
		{Method: get, Path: "/masuk", Needs: all, Scope: both, Handler: p.signInForm},
		{Method: post, Path: "/masuk", Needs: all, Scope: both, Limit: limitSignIn, Handler: p.signIn},
		{Method: post, Path: "/keluar", Needs: all, Scope: both, Handler: p.signOut},
		{Method: get, Path: "/daftar", Needs: all, Scope: city, Handler: p.registerForm},
		{Method: post, Path: "/daftar", Needs: all, Scope: city, Limit: limitRegister, Handler: p.register},
		{Method: get, Path: "/konfirmasi/:token", Needs: all, Scope: city, Limit: limitLink, Handler: p.linkForm(p.confirmLink())},
		{Method: post, Path: "/konfirmasi/:token", Needs: all, Scope: city, Limit: limitLink, Handler: p.followLink(p.confirmLink())},
		{Method: get, Path: "/lupa-sandi", Needs: all, Scope: both, Handler: p.forgotForm},
		{Method: post, Path: "/lupa-sandi", Needs: all, Scope: both, Limit: limitReset, Handler: p.forgot},
		{Method: get, Path: "/atur-sandi/:token", Needs: all, Scope: both, Limit: limitLink, Handler: p.linkForm(p.resetLink())},
		{Method: post, Path: "/atur-sandi/:token", Needs: all, Scope: both, Limit: limitLink, Handler: p.followLink(p.resetLink())},
		{Method: get, Path: "/undangan/:token", Needs: all, Scope: both, Limit: limitLink, Handler: p.linkForm(p.inviteLink())},
		{Method: post, Path: "/undangan/:token", Needs: all, Scope: both, Limit: limitLink, Handler: p.followLink(p.inviteLink())},

		{Method: get, Path: site.PathCode, Needs: in, Scope: both, Handler: p.codeForm},
		{Method: post, Path: site.PathCode, Needs: in, Scope: both, Limit: limitCode, Handler: p.code},
		{Method: get, Path: pathEnrol, Needs: in, Scope: both, Handler: p.enrolForm},
		{Method: post, Path: pathEnrol, Needs: in, Scope: both, Limit: limitCode, Handler: p.enrol},

		{Method: get, Path: "/petugas", Needs: in, Scope: city, Handler: p.workHome},

		{Method: get, Path: "/akun", Needs: self, Scope: both, Handler: p.ownAccount},
		{Method: post, Path: "/akun/data", Needs: self, Scope: both, Handler: p.saveProfile},
		{Method: post, Path: "/akun/sandi", Needs: self, Scope: both, Limit: limitSignIn, Handler: p.changePassword},
		{Method: post, Path: "/akun/kode-pemulihan", Needs: self, Scope: both, Limit: limitCode, Handler: p.renewRecovery},
		{Method: post, Path: "/akun/sesi/:id/hapus", Needs: self, Scope: both, IDs: site.IDs("id", "session"), Handler: p.endSession},
		{Method: post, Path: "/akun/sesi-lain/hapus", Needs: self, Scope: both, Handler: p.endOtherSessions},
	}
}

// residentRoutes are a person's own applications. A document asks for a session alone, because its holder and the
// officers who read its application come to one address; casework asks each for the right permission. The pages of a form an
// officer fills in, too, for who stands at a counter (Counter); no register of the state is asked there.
func (p *Portal) residentRoutes() gate.Table {
	own, submit, file, city := access.ApplicationOwn, access.ApplicationSubmit, access.ApplicationFile, gate.City
	app := site.IDs("id", "application")
	attached := site.IDs("id", "application", "file", "file")
	return gate.Table{
		{Method: post, Path: "/ajukan/:code", Page: "/layanan/:code", Needs: submit, Scope: city, Handler: p.apply},
		{Method: get, Path: "/permohonan", Needs: own, Scope: city, Handler: p.mine},
		{Method: post, Path: "/permohonan", Needs: own, Scope: city, Handler: p.linkNIK},
		{Method: get, Path: "/permohonan/:id", Needs: own, Scope: city, IDs: app, Handler: p.story},
		{Method: get, Path: "/permohonan/:id/isi/:page", Needs: submit, Counter: file, Scope: city, IDs: app, Handler: p.atCounter(p.pageForm)},
		{Method: post, Path: "/permohonan/:id/isi/:page", Needs: submit, Counter: file, Scope: city, IDs: app, MaxBody: uploadBody, Limit: limitUpload, Handler: p.atCounter(p.savePage)},
		{Method: get, Path: "/permohonan/:id/berkas/:file", Needs: own, Counter: file, Scope: city, IDs: attached, Handler: p.atCounter(p.Attached)},
		{Method: post, Path: "/permohonan/:id/berkas/:file/hapus", Page: "/permohonan/:id", Needs: submit, Counter: file, Scope: city, IDs: attached, MaxBody: uploadBody, Handler: p.atCounter(p.removeFile)},
		{Method: get, Path: "/permohonan/:id/data/:registry", Needs: submit, Scope: city, IDs: app, Handler: p.lookupForm},
		{Method: post, Path: "/permohonan/:id/data/:registry", Needs: submit, Scope: city, IDs: app, Limit: limitLookup, Handler: p.lookUp},
		{Method: get, Path: "/permohonan/:id/periksa", Needs: submit, Counter: file, Scope: city, IDs: app, Handler: p.atCounter(p.review)},
		{Method: get, Path: "/permohonan/:id/persetujuan", Needs: submit, Counter: file, Scope: city, IDs: app, Handler: p.atCounter(p.cosigners)},
		{Method: post, Path: "/permohonan/:id/persetujuan", Needs: submit, Counter: file, Scope: city, IDs: app, Limit: limitAsk, Handler: p.atCounter(p.askCosigner)},
		{Method: post, Path: "/permohonan/:id/kirim", Needs: submit, Counter: file, Scope: city, IDs: app, Handler: p.atCounter(p.send)},
		{Method: get, Path: "/permohonan/:id/terkirim", Needs: own, Counter: file, Scope: city, IDs: app, Handler: p.atCounter(p.sentPage)},
		{Method: get, Path: "/permohonan/:id/tanda-terima", Needs: own, Counter: file, Scope: city, IDs: app, Handler: p.atCounter(p.receipt)},
		{Method: get, Path: "/permohonan/:id/tanda-terima.pdf", Needs: own, Counter: file, Scope: city, IDs: app, Handler: p.atCounter(p.receiptPDF)},
		{Method: get, Path: "/permohonan/:id/bukti-bayar/:fee.pdf", Needs: own, Scope: city, IDs: site.IDs("id", "application", "fee", "fee"), Handler: p.FeeReceipt},
		{Method: post, Path: "/permohonan/:id/langkah", Page: "/permohonan/:id", Needs: own, Scope: city, IDs: app, Handler: p.step},
		{Method: post, Path: "/permohonan/:id/batal", Needs: own, Scope: city, IDs: app, Handler: p.cancel},
		{Method: post, Path: "/permohonan/:id/buang", Needs: own, Scope: city, IDs: app, Handler: p.discard},
		{Method: get, Path: "/dokumen/:id.pdf", Needs: access.SignedIn, Scope: city, IDs: site.IDs("id", "document"), Handler: p.Document},
	}
}
