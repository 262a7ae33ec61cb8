// Curves over layers.

const CHART = { height: 170, left: 52, right: 12, top: 12, bottom: 26 };

// values may hold null, where a line breaks. Returns its node and mark(at), which moves the cross.
function lineChart({ title, labels, series, from, to, marked = null, onmark = null, width = 640 }) {
  const { height, left, right, top, bottom } = CHART;
  const all = series.flatMap((each) => each.values).filter(Number.isFinite);
  const low = from ?? Math.min(0, ...all);
  const high = to ?? Math.max(low + 1e-12, ...all);
  const x = (at) => left + (labels.length === 1 ? 0.5 : at / (labels.length - 1)) * (width - left - right);
  const y = (value) => height - bottom - ((value - low) / (high - low)) * (height - top - bottom);

  const path = (values) => {
    let text = "", pen = false;
    values.forEach((value, at) => {
      const drawn = Number.isFinite(value);
      if (drawn) text += (pen ? "L" : "M") + x(at).toFixed(1) + " " + y(value).toFixed(1);
      pen = drawn;
    });
    return text;
  };
  const dots = (values, stroke) => values.flatMap((value, at) =>
    Number.isFinite(value) ? [svg("circle", { cx: x(at), cy: y(value), r: 2.5, fill: stroke })] : []);

  const cross = svg("line", { class: "cross", y1: top, y2: height - bottom, visibility: "hidden" });
  const readout = el("p", { class: "readout" });
  const step = Math.max(1, Math.ceil(labels.length / 8));
  const picture = svg("svg", { viewBox: "0 0 " + width + " " + height, role: "img", tabindex: onmark ? 0 : false,
    "aria-label": title + ", " + labels[0] + " to " + labels.at(-1) + ": " + series.map((each) =>
      each.name + " " + brief(each.values[0] ?? NaN) + " to " + brief(each.values.at(-1) ?? NaN)).join("; ") },
    [low, (low + high) / 2, high].flatMap((value) => [
      svg("line", { class: "grid", x1: left, x2: width - right, y1: y(value), y2: y(value) }),
      svg("text", { x: left - 6, y: y(value) + 4, "text-anchor": "end" }, brief(value))]),
    labels.flatMap((label, at) => (at % step ? [] : [
      svg("text", { x: x(at), y: height - 8, "text-anchor": at === 0 ? "start" : "middle" }, label.replace(/^.*\.(?=\d)/, ""))])),
    cross,
    series.flatMap((each, at) => [
      svg("path", { d: path(each.values), fill: "none", stroke: line(at), "stroke-width": 2,
        "stroke-dasharray": DASHES[at % DASHES.length] }),
      ...dots(each.values, line(at))]));

  const key = series.length === 1 ? "" : el("ul", { class: "key" }, series.map((each, at) => el("li", {},
    svg("svg", { viewBox: "0 0 28 8", width: 28, height: 8, "aria-hidden": "true" },
      svg("line", { x1: 0, x2: 28, y1: 4, y2: 4, stroke: line(at), "stroke-width": 2.5,
        "stroke-dasharray": DASHES[at % DASHES.length] })), each.name)));

  function mark(at) {
    marked = at;
    cross.setAttribute("visibility", at === null ? "hidden" : "visible");
    if (at === null) return readout.replaceChildren();
    cross.setAttribute("x1", x(at));
    cross.setAttribute("x2", x(at));
    readout.textContent = labels[at] + ": " + series.map((each) =>
      each.name + " " + (each.values[at] === null ? "-" : brief(each.values[at]))).join(", ");
  }

  if (onmark) {
    picture.addEventListener("pointermove", (event) => {
      const box = picture.getBoundingClientRect();
      const part = ((event.clientX - box.left) / box.width * width - left) / (width - left - right);
      onmark(Math.min(labels.length - 1, Math.max(0, Math.round(part * (labels.length - 1)))));
    });
    picture.addEventListener("keydown", (event) => {
      const move = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
      if (!move) return;
      event.preventDefault();
      onmark(Math.min(labels.length - 1, Math.max(0, (marked ?? (move > 0 ? -1 : labels.length)) + move)));
    });
  }
  mark(marked);
  return { node: el("figure", { class: "chart" }, el("figcaption", {}, title), picture, key, readout), mark };
}
