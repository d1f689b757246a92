// What a map of the ducts has really painted.
// drawn counts the pixels of the canvas that have the colour of a level in the legend, give or take what smoothing does, and
// those of the land. That a map is idle proves nothing: one without height is idle too.
export const drawn = (p, level) => p.page.evaluate((level) => {
  const canvas = document.querySelector(".maplibregl-canvas");
  if (!canvas?.width || canvas.getBoundingClientRect().height < 200) return { line: 0, land: 0 };
  const flat = document.createElement("canvas");
  [flat.width, flat.height] = [canvas.width, canvas.height];
  const on = flat.getContext("2d");
  on.drawImage(canvas, 0, 0);
  const { data } = on.getImageData(0, 0, flat.width, flat.height);
  const wanted = getComputedStyle(document.querySelector(`[data-net-level="${level}"] line`)).stroke.match(/\d+/g).map(Number);
  const near = (i, [r, g, b]) => Math.abs(data[i] - r) + Math.abs(data[i + 1] - g) + Math.abs(data[i + 2] - b) < 24;
  let line = 0, land = 0;
  for (let i = 0; i < data.length; i += 4) {
    if (near(i, wanted)) line++;
    else if (near(i, [0xf4, 0xef, 0xdf])) land++;
  }
  return { line, land };
}, level);
