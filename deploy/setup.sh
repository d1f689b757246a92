#!/usr/bin/env bash
# Installs what `make demo` needs and this machine lacks; with --test also what `make test` needs. It looks for
# programs, not packages, so that anything installed in another way counts. Debian 12 or later, Ubuntu 24.04 or later;
# anywhere else it says what to install and ends with 1.
#
# Nothing that it installs is left running or starts with the machine: `bedelau demo` and the tests run PostgreSQL and
# Redis themselves. A server that is here already is left as it is.
set -euo pipefail

oldest_postgres=15
oldest_node=18
with_test=false
case "${1:-}" in
  "") ;;
  --test) with_test=true ;;
  *) echo "usage: deploy/setup.sh [--test]" >&2; exit 2 ;;
esac

has() { command -v "$1" >/dev/null 2>&1; }

# newest_postgres prints the newest server version that is installed and new enough.
newest_postgres() {
  local server version newest=0
  for server in /usr/lib/postgresql/*/bin/postgres; do
    [[ -x $server ]] || continue
    version=${server#/usr/lib/postgresql/}
    version=${version%%/*}
    if ((version >= oldest_postgres && version > newest)); then newest=$version; fi
  done
  if ((newest > 0)); then echo "$newest"; fi
}

# has_database: some installed server has the extensions too.
has_database() {
  local dir version
  for dir in /usr/share/postgresql/*/extension; do
    version=${dir#/usr/share/postgresql/}
    version=${version%%/*}
    [[ -x /usr/lib/postgresql/$version/bin/postgres ]] || continue
    if ((version >= oldest_postgres)) && [[ -f $dir/postgis.control && -f $dir/btree_gist.control ]]; then return 0; fi
  done
  # Elsewhere than Debian: whatever the PATH has.
  has postgres && has initdb && has pg_config && [[ -f $(pg_config --sharedir)/extension/postgis.control ]]
}

# has_routing: pgRouting, which the tests hold the route planner to.
has_routing() {
  compgen -G "/usr/share/postgresql/*/extension/pgrouting.control" >/dev/null && return 0
  has pg_config && [[ -f $(pg_config --sharedir)/extension/pgrouting.control ]]
}

has_redis() { has redis-server || has valkey-server; }

has_node() {
  local version
  has node && has npm && version=$(node --version) && version=${version#v} && ((${version%%.*} >= oldest_node))
}

has_browser() { has chromium-headless-shell || has chromium || has chromium-browser || has google-chrome || has google-chrome-stable || [[ -x ${CHROME:-} ]]; }

has_compiler() { has gcc || has clang; } # for Go's race detector

missing=()
has_database || missing+=(database)
has_redis || missing+=(redis)
has_node || missing+=(node)
if $with_test; then
  has_browser || missing+=(browser)
  has pdftotext && has pdfsig || missing+=(poppler)
  has certutil || missing+=(nss)
  has_compiler || missing+=(compiler)
  has_routing || missing+=(routing)
fi

if ! has go; then
  echo "No Go in the PATH: install Go 1.26 or later from https://go.dev/dl/" >&2
  exit 1
fi
((${#missing[@]} == 0)) && exit 0

# by_hand says what to install where this script cannot.
by_hand() {
  local item
  echo "$1 Install these yourself, then try again:" >&2
  for item in "${missing[@]}"; do
    case $item in
      database) echo "  - PostgreSQL $oldest_postgres or later (server and contrib), with PostGIS 3 for that version" ;;
      redis) echo "  - Redis 6.2 or later, or Valkey (redis-server or valkey-server in the PATH)" ;;
      node) echo "  - Node.js $oldest_node or later, with npm" ;;
      browser) echo "  - Chromium or Google Chrome (chromium or google-chrome in the PATH)" ;;
      poppler) echo "  - poppler-utils (pdftotext and pdfsig in the PATH)" ;;
      nss) echo "  - the tools of NSS (certutil in the PATH)" ;;
      routing) echo "  - pgRouting 3 for that PostgreSQL" ;;
      compiler) echo "  - gcc and the development files of libc" ;;
    esac
  done >&2
  exit 1
}

if ! has apt-get; then by_hand "This is neither Debian nor Ubuntu."; fi
as_root=()
if ((EUID != 0)); then
  has sudo || by_hand "Installing takes root or sudo."
  as_root=(sudo)
fi
log=$(mktemp)
ours=() # what must go again
tidy() {
  rm -f "$log"
  if ((${#ours[@]} > 0)); then "${as_root[@]}" rm -f "${ours[@]}"; fi
}
trap tidy EXIT
# apt keeps quiet unless it fails.
apt() {
  "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get -q -y -o Dpkg::Use-Pty=0 "$@" >"$log" 2>&1 </dev/null && return
  tail -n 20 "$log" >&2
  return 1
}

echo "Installing what is missing: ${missing[*]}"
apt update || echo "The list of packages cannot be updated; trying with the one that is here." >&2

# candidate prints the upstream version that apt would install, such as 15+248 or 18.20.4.
candidate() { apt-cache policy "$1" | sed -n 's/^  Candidate: \([0-9]*:\)\{0,1\}\([0-9][^-]*\).*/\2/p'; }

packages=()
for item in "${missing[@]}"; do
  case $item in
    database)
      version=$(newest_postgres)
      if [[ -z $version ]]; then
        version=$(candidate postgresql)
        version=${version%%[^0-9]*}
      fi
      ((${version:-0} >= oldest_postgres)) || by_hand "This release offers PostgreSQL ${version:-none} only; see https://apt.postgresql.org."
      packages+=("postgresql-$version" "postgresql-$version-postgis-3")
      ;;
    redis)
      if [[ -n $(candidate redis-server) ]]; then packages+=(redis-server); else packages+=(valkey-server); fi
      ;;
    node)
      version=$(candidate nodejs)
      version=${version%%.*}
      ((${version:-0} >= oldest_node)) || by_hand "This release offers Node.js ${version:-none} only; see https://github.com/nodesource/distributions."
      packages+=(nodejs)
      # NodeSource's package brings npm and refuses Debian's.
      if ! apt-cache show "nodejs=$(apt-cache policy nodejs | sed -n 's/^  Candidate: //p')" | grep -q '^Provides:.*\bnpm\b'; then packages+=(npm); fi
      ;;
    browser)
      # The one without windows is smaller, and draws the same in half of the time.
      if [[ -n $(candidate chromium-headless-shell) ]]; then
        packages+=(chromium-headless-shell fonts-liberation)
      else
        # Ubuntu's own package is an empty one that asks for a snap.
        [[ -n $(candidate chromium) ]] || by_hand "This release has no package of Chromium; see https://www.google.com/chrome/."
        packages+=(chromium chromium-sandbox fonts-liberation)
      fi
      ;;
    poppler) packages+=(poppler-utils) ;;
    nss) packages+=(libnss3-tools) ;;
    compiler) packages+=(gcc libc6-dev) ;;
    routing)
      version=$(newest_postgres)
      if [[ -z $version ]]; then
        version=$(candidate postgresql)
        version=${version%%[^0-9]*}
      fi
      packages+=("postgresql-$version-pgrouting")
      ;;
  esac
done

# While the packages install: start no service, make no cluster. Both files are ours and go again.
policy=/usr/sbin/policy-rc.d
cluster=/etc/postgresql-common/createcluster.d/bedelau-setup.conf
if [[ ! -e $policy ]]; then
  ours+=("$policy")
  printf '#!/bin/sh\nexit 101\n' | "${as_root[@]}" tee "$policy" >/dev/null
  "${as_root[@]}" chmod 755 "$policy"
fi
if [[ " ${packages[*]} " == *" postgresql-"* ]]; then
  ours+=("$cluster")
  "${as_root[@]}" mkdir -p "${cluster%/*}"
  echo 'create_main_cluster = false' | "${as_root[@]}" tee "$cluster" >/dev/null
fi

apt install --no-install-recommends "${packages[@]}" || by_hand "apt could not install them."

# A service that came with these packages must not start with the machine either.
for item in "${packages[@]}"; do
  case $item in
    redis-server | valkey-server)
      "${as_root[@]}" update-rc.d "$item" disable >/dev/null 2>&1 || true # without systemd
      if has systemctl; then "${as_root[@]}" systemctl disable --quiet "$item" >/dev/null 2>&1 || true; fi
      ;;
  esac
done
echo "Installed: ${packages[*]}"
