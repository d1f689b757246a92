// Draws a network from vector tiles, and says what lies under the middle of the map for who moves it by the keyboard. The page
// says the same in a list, and this file is on that page alone.
import { Map, NavigationControl, Marker, ScaleControl, setWorkerUrl } from "maplibre-gl";

for (const figure of document.querySelectorAll("[data-net-map]")) draw(figure);

function draw(figure) {
  const d = figure.dataset, words = JSON.parse(d.words);
  const view = figure.querySelector("[data-net-view]"), none = figure.querySelector("[data-net-none]");
  view.hidden = false;
  let map;
  try {
    setWorkerUrl(new URL(d.worker, location.href).href);
    map = begin(figure, d, words);
  } catch {
    view.hidden = true; // no WebGL: the note stays, and the list
    return;
  }
  none.hidden = true;
  const said = figure.querySelector("[data-net-said]");
  const levels = [...figure.querySelectorAll("[data-net-level]")].map((li) => li.dataset.netLevel);

  const near = (point, reach) => {
    const box = [[point.x - reach, point.y - reach], [point.x + reach, point.y + reach]];
    return closest(map, point, map.queryRenderedFeatures(box, { layers: levels }));
  };
  map.on("click", (e) => open(near(e.point, 8), d));
  map.on("mousemove", (e) => {
    const found = near(e.point, 6);
    map.getCanvas().style.cursor = found ? "pointer" : "";
    if (found) say(said, words, d, found);
  });
  const canvas = map.getCanvas();
  const middle = () => near(map.project(map.getCenter()), 24);
  const look = () => { if (document.activeElement === canvas) say(said, words, d, middle()); };
  map.on("error", (e) => {
    if (e.sourceId !== "base") return;
    const credit = figure.querySelector("[data-net-credit]"); // what is not there needs no credit
    if (credit.textContent !== words.base_away) credit.textContent = words.base_away;
  });
  map.on("moveend", look);
  const list = figure.querySelector("[data-net-list]");
  if (list) map.on("idle", () => { list.href = list.dataset.netList.replace("{box}", map.getBounds().toArray().flat().map((n) => n.toFixed(5)).join(",")); });
  map.on("idle", look);
  canvas.addEventListener("focus", look);
  canvas.addEventListener("keydown", (e) => {
    if (e.key === "Enter") open(middle(), d);
  });
}

function begin(figure, d, words) {
  const [west, south, east, north] = d.around.split(" ").map(Number);
  const map = new Map({
    container: figure.querySelector("[data-net-canvas]"),
    style: style(figure, d),
    bounds: [[west, south], [east, north]],
    fitBoundsOptions: { padding: 24 },
    minZoom: 7,
    maxZoom: 19,
    dragRotate: false,
    pitchWithRotate: false,
    touchPitch: false,
    attributionControl: false,
    cooperativeGestures: true,
    canvasContextAttributes: { preserveDrawingBuffer: true }, // else paper gets an empty map
    locale: {
      "Map.Title": words.canvas,
      "NavigationControl.ZoomIn": words.in,
      "NavigationControl.ZoomOut": words.out,
      "CooperativeGesturesHandler.WindowsHelpText": words.ctrl,
      "CooperativeGesturesHandler.MacHelpText": words.cmd,
      "CooperativeGesturesHandler.MobileHelpText": words.two_fingers,
    },
  });
  map.touchZoomRotate.disableRotation();
  map.keyboard.disableRotation();
  map.addControl(new NavigationControl({ showCompass: false }));
  map.addControl(new ScaleControl());
  if (d.land && !d.base) places(map, d.land);
  return map;
}

// style takes how lines look from the samples of the legend.
function style(figure, d) {
  const layers = [{ id: "sea", type: "background", paint: { "background-color": "#e6f0f7" } }];
  const sources = { net: { type: "vector", tiles: [new URL(d.tiles, location.href).href.replaceAll("%7B", "{").replaceAll("%7D", "}")], maxzoom: Number(d.closest) } };
  if (d.base) {
    sources.base = { type: "raster", tiles: [d.base], tileSize: 256, maxzoom: Number(d.baseClosest) };
    layers.push({ id: "base", type: "raster", source: "base", paint: { "raster-saturation": -0.6, "raster-opacity": 0.75 } }); // else lines drown in it
  } else if (d.land) {
    sources.land = { type: "geojson", data: new URL(d.land, location.href).href };
    layers.push(
      { id: "land", type: "fill", source: "land", filter: ["==", ["geometry-type"], "Polygon"], paint: { "fill-color": "#f4efdf" } },
      { id: "coast", type: "line", source: "land", filter: ["==", ["geometry-type"], "Polygon"], paint: { "line-color": "#8d8363", "line-width": 1 } },
    );
  }
  // Of a map about some roads the others are seen, but faintly.
  const opacity = d.roads ? ["case", ["in", ["get", "road"], ["literal", JSON.parse(d.roads)]], 1, 0.25] : 1;
  const occupancy = ["coalesce", ["get", "occupancy"], -1];
  const trouble = look(figure.querySelector("[data-net-trouble] line"));
  layers.push({
    id: "trouble", type: "line", source: "net", "source-layer": "segments", filter: ["in", ["get", "condition"], ["literal", ["damaged", "blocked"]]],
    paint: { "line-opacity": opacity, "line-color": trouble.colour, "line-width": trouble.width, "line-gap-width": ["interpolate", ["linear"], ["zoom"], 10, 3, 15, 8] },
  });
  for (const li of figure.querySelectorAll("[data-net-level]")) {
    const { colour, width, dash } = look(li.querySelector("line"));
    layers.push({
      id: li.dataset.netLevel, type: "line", source: "net", "source-layer": "segments",
      filter: ["all", [">=", occupancy, Number(li.dataset.from)], ["<=", occupancy, Number(li.dataset.to)]],
      layout: { "line-join": "round" },
      paint: { "line-opacity": opacity, "line-color": colour, "line-width": width, ...(dash && { "line-dasharray": dash.map((n) => n / width) }) },
    });
  }
  layers.push({
    id: "nodes", type: "circle", source: "net", "source-layer": "nodes", minzoom: Number(d.nodesFrom),
    paint: { "circle-radius": 4, "circle-color": "#ffffff", "circle-stroke-color": "#17212b", "circle-stroke-width": 1.5 },
  });
  return { version: 8, sources, layers };
}

function look(line) {
  const s = getComputedStyle(line);
  const dash = s.strokeDasharray === "none" ? null : s.strokeDasharray.split(/[ ,]+/).map(parseFloat);
  return { colour: s.stroke, width: parseFloat(s.strokeWidth), dash };
}

// places writes the names of districts on the map; letters of its own it has none.
async function places(map, address) {
  const answer = await fetch(address);
  if (!answer.ok) return;
  const { features } = await answer.json();
  for (const f of features.filter((f) => f.properties.district)) {
    const element = document.createElement("span");
    element.className = "net-place";
    element.textContent = f.properties.name;
    element.setAttribute("aria-hidden", "true");
    new Marker({ element }).setLngLat(f.geometry.coordinates).addTo(map);
  }
}

// closest is the one of some lines that runs nearest to a point of the screen.
function closest(map, point, features) {
  let best = null, least = Infinity;
  for (const f of features) {
    const lines = f.geometry.type === "MultiLineString" ? f.geometry.coordinates : [f.geometry.coordinates];
    for (const line of lines) {
      const on = line.map((c) => map.project(c));
      for (let i = 1; i < on.length; i++) {
        const far = away(point, on[i - 1], on[i]);
        if (far < least) [best, least] = [f, far];
      }
    }
  }
  return best;
}

// away is how far p lies from the line between a and b.
function away(p, a, b) {
  const [dx, dy] = [b.x - a.x, b.y - a.y];
  const along = dx || dy ? Math.min(1, Math.max(0, ((p.x - a.x) * dx + (p.y - a.y) * dy) / (dx * dx + dy * dy))) : 0;
  return Math.hypot(p.x - a.x - along * dx, p.y - a.y - along * dy);
}

const address = (f, d) => d.segment.replace("{code}", encodeURIComponent(f.properties.code));

function open(f, d) {
  if (f) location.assign(address(f, d));
}

function say(said, words, d, f) {
  if (!f) {
    if (said.textContent !== words.nothing) said.textContent = words.nothing;
    return;
  }
  const p = f.properties;
  const text = (p.occupancy === undefined ? words.at_unrecorded : words.at)
    .replace("{road}", p.road).replace("{occupancy}", p.occupancy).replace("{free}", p.free).replace("{condition}", words[`condition.${p.condition}`]);
  if (said.dataset.code === p.code && said.querySelector("a")) return;
  said.dataset.code = p.code;
  const link = document.createElement("a");
  link.href = address(f, d);
  link.textContent = p.code;
  said.replaceChildren(link, ` ${text}`);
}
