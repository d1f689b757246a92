// The second factor of the demonstration's staff: RFC 6238 with the secret behind each sign-in. The server takes each
// code once, and one of the half-minute to come too.
import { createHmac } from "node:crypto";
import { until } from "./until.mjs";

const period = 30_000;
const secrets = {
  "petugas@batam.localhost": "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP",
  "petugas2@batam.localhost": "KRSXG5CTMVRXEZLUKRSXG5CTMVRXEZLU",
  "dinkes@batam.localhost": "3I6XDPO2OGWGTRSMYSAIL4TOHNCAONU5",
  "kepala@batam.localhost": "NBSWY3DPEHPK3PXPNBSWY3DPEHPK3PXP",
  "admin@batam.localhost": "OBWGC2LOOBWGC2LOOBWGC2LOOBWGC2LO",
  "ptsp@batam.localhost": "UM7OFZTZMHX7Q3LMDRHAPPV252ANMVRX",
  "binamarga@batam.localhost": "KQAWPQC4W5U7KD5GKUMSSW36UO2YNCY2",
  "cktr@batam.localhost": "TF65YZSTU37Q7FHCW2AV354L2SKVLWLO",
  "ducting@batam.localhost": "ZBWGC2LOZBWGC2LOZBWGC2LOZBWGC2LO",
  "keuangan.ducting@batam.localhost": "PBWGC2LOZBWGC2LOZBWGC2LOZBWGC2LO",
  "keuangan2.ducting@batam.localhost": "UBWGC2LOZBWGC2LOZBWGC2LOZBWGC2LO",
  "pendapatan@batam.localhost": "VBWGC2LOVBWGC2LOVBWGC2LOVBWGC2LO",
  "petugas@tanjungpinang.localhost": "PBWGC2LOPBWGC2LOPBWGC2LOPBWGC2LO",
  "admin@tanjungpinang.localhost": "QBWGC2LOQBWGC2LOQBWGC2LOQBWGC2LO",
  "bumd@platform.localhost": "RBWGC2LORBWGC2LORBWGC2LORBWGC2LO",
  "keuangan@platform.localhost": "ULALQPPVKEQBGWTK7JWZTXNRX3EGTL4K",
};
const used = {};

export async function codeOf(login) {
  const step = await until(`a fresh code of ${login}`, () => {
    const now = Math.floor(Date.now() / period);
    const next = Math.max(now, (used[login] ?? 0) + 1);
    return next <= now + 1 && next;
  }, 2 * period);
  used[login] = step;
  return totp(secrets[login], step);
}

function totp(secret, step) {
  const counter = Buffer.alloc(8);
  counter.writeBigUInt64BE(BigInt(step));
  const mac = createHmac("sha1", base32(secret)).update(counter).digest();
  const at = mac[19] & 15;
  return String((mac.readUInt32BE(at) & 0x7fffffff) % 1_000_000).padStart(6, "0");
}

function base32(text) {
  const bits = [...text].map((c) => "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567".indexOf(c).toString(2).padStart(5, "0")).join("");
  return Buffer.from(bits.match(/.{8}/g).map((b) => parseInt(b, 2)));
}
