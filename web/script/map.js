// Sets points on a map without leaving the page. The map works without this file: its picture sends what was clicked. The
// boxes with the numbers hold the answer; the map only shows and fills them.
const side = 560;

for (const map of document.querySelectorAll("[data-map]")) follow(map);

function follow(map) {
  const form = map.closest("form");
  const { north, west, height, width } = Object.fromEntries(["north", "west", "height", "width"].map((k) => [k, Number(map.dataset[k])]));
  const pins = [...map.querySelectorAll("[data-pin]")];
  const chosen = map.querySelector("select");
  const said = map.querySelector("[data-map-said]");
  const boxes = (name) => [...form.querySelectorAll(`input[name="${CSS.escape(name)}"]`)];
  const target = () => chosen?.value ?? map.dataset.target;

  // point is what stands in the boxes of a pin, if it is a place.
  function point(name) {
    const [lat, lon] = boxes(name).map((el) => el.value.trim().replace(",", "."));
    return /^-?\d{1,3}(\.\d+)?$/.test(lat ?? "") && /^-?\d{1,3}(\.\d+)?$/.test(lon ?? "") ? { lat: Number(lat), lon: Number(lon) } : null;
  }
  const on = (p) => [((p.lon - west) / width) * side, ((north - p.lat) / height) * side];
  const shown = (p) => on(p).every((v) => v >= 0 && v <= side);

  function draw() {
    const set = [];
    for (const pin of pins) {
      const p = point(pin.dataset.pin);
      if (p) {
        set.push(p);
        pin.setAttribute("transform", `translate(${on(p).map((v) => v.toFixed(1)).join(" ")})`);
        pin.removeAttribute("display");
      } else {
        pin.setAttribute("display", "none");
      }
      if (chosen) pin.classList.toggle("map-pin-target", pin.dataset.pin === target());
    }
    map.querySelector("[data-map-line]")?.setAttribute("points", set.map((p) => on(p).map((v) => v.toFixed(1)).join(",")).join(" "));
    const text = words(set);
    if (said.textContent !== text) said.textContent = text;
  }

  function words(set) {
    const d = map.dataset;
    if (!set.length) return d.none;
    if ("line" in d) return d.line.replace("{n}", set.length).replace("{length}", metres(long(set)));
    const [p] = set;
    const comma = document.documentElement.lang === "en" ? (s) => s : (s) => s.replace(".", ",");
    const between = document.documentElement.lang === "en" ? ", " : "; ";
    let text = d.at.replace("{point}", comma(p.lat.toFixed(6)) + between + comma(p.lon.toFixed(6)));
    const where = outside(p) ? d.outside : nearest(p);
    if (where) text += ", " + where;
    if (!shown(p)) text += ". " + d.unseen;
    return text + ".";
  }

  function outside(p) {
    if (!map.dataset.bounds) return false;
    const [s, w, n, e] = map.dataset.bounds.split(" ").map(Number);
    return p.lat < s || p.lat > n || p.lon < w || p.lon > e;
  }

  function nearest(p) {
    const places = JSON.parse(map.dataset.places ?? "[]").map(([name, lat, lon]) => ({ name, far: apart(p, { lat, lon }) }));
    places.sort((a, b) => a.far - b.far);
    return places.length ? map.dataset.near.replace("{place}", places[0].name) : "";
  }

  function put(name, p) {
    const [lat, lon] = boxes(name);
    lat.value = p.lat.toFixed(6);
    lon.value = p.lon.toFixed(6);
    lat.dispatchEvent(new Event("input", { bubbles: true }));
  }

  // advance goes on to the next point that has no place; with all placed, to one more.
  function advance() {
    if (!chosen) return;
    const next = [...chosen.options].find((o) => o.value === "+" || !point(o.value));
    if (next) chosen.value = next.value;
    draw();
  }

  const at = (x, y) => ({ lat: north - y * height, lon: west + x * width });

  for (const picture of map.querySelectorAll(".map-click")) {
    picture.tabIndex = 0;
    picture.addEventListener("click", (event) => {
      if (target() === "+") return; // a new row is the server's
      event.preventDefault();
      if (event.detail === 0) return place(at(0.5, 0.5)); // by the keyboard
      const box = picture.getBoundingClientRect();
      place(at((event.clientX - box.left) / box.width, (event.clientY - box.top) / box.height));
    });
    picture.addEventListener("keydown", (event) => {
      const step = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] }[event.key];
      if (!step || target() === "+") return;
      event.preventDefault();
      const from = point(target()) ?? at(0.5, 0.5);
      const share = event.shiftKey ? 0.1 : 0.01;
      put(target(), { lat: from.lat + step[1] * share * height, lon: from.lon + step[0] * share * width });
    });
  }
  function place(p) {
    put(target(), p);
    advance();
  }
  map.querySelector("[data-map-center]")?.addEventListener("click", (event) => {
    if (target() === "+") return;
    event.preventDefault();
    place(at(0.5, 0.5));
  });
  chosen?.addEventListener("change", draw);
  form.addEventListener("input", (event) => {
    if (pins.some((pin) => pin.dataset.pin === event.target.name)) draw();
  });
}

function apart(a, b) {
  return Math.hypot(a.lat - b.lat, (a.lon - b.lon) * Math.cos(((a.lat + b.lat) / 2) * Math.PI / 180)) * 60 * 1852;
}

function long(points) {
  return points.slice(1).reduce((sum, p, i) => sum + apart(points[i], p), 0);
}

function metres(m) {
  if (m >= 10_000) return `${Math.round(m / 1000)} km`;
  const comma = document.documentElement.lang === "en" ? "," : ".";
  return String(Math.round(m)).replace(/\B(?=(\d{3})+$)/, comma) + " m";
}
