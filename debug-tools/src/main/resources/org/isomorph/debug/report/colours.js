// Scales from nothing to much. Both grow in lightness alone as well as in hue, so that they are
// read without seeing colours; on a dark page they are turned round, that nothing be near the page.

const SCALES = {
  much: ["#f7fbe9", "#e3f4c8", "#b9e3bb", "#7fcdbb", "#41b6c4", "#1d91c0", "#225ea8", "#253494", "#0b1f5c"],
  error: ["#fffbea", "#fff0c0", "#fee08b", "#fec44f", "#fe9929", "#ec7014", "#cc4c02", "#993404", "#5c2103"],
};

// After Okabe and Ito's, told apart by all eyes; lines differ in their dashes too.
const LINES = {
  light: ["#0072b2", "#d55e00", "#007a59", "#b0467f", "#8a6100", "#3a7ca5"],
  dark: ["#56b4e9", "#e69f00", "#2fd0a0", "#e79ac6", "#f0e442", "#9db7ff"],
};
const DASHES = ["", "6 3", "2 3", "8 3 2 3", "12 4", "1 2"];

const isDark = () => getComputedStyle(document.documentElement).colorScheme === "dark";

const line = (at) => {
  const all = LINES[isDark() ? "dark" : "light"];
  return all[at % all.length];
};

const channels = (hex) => [1, 3, 5].map((at) => parseInt(hex.slice(at, at + 2), 16));

// The colour of a part from 0 to 1, as [red, green, blue].
function colour(part, scale = "much") {
  const stops = SCALES[scale];
  const inside = Number.isNaN(part) ? 0 : Math.min(1, Math.max(0, part));
  const place = (isDark() ? 1 - inside : inside) * (stops.length - 1);
  const below = Math.min(stops.length - 2, Math.floor(place));
  const from = channels(stops[below]), to = channels(stops[below + 1]);
  return from.map((each, at) => Math.round(each + (place - below) * (to[at] - each)));
}

const rgb = (parts) => "rgb(" + parts.join(",") + ")";

function luminance(parts) {
  const [red, green, blue] = parts.map((each) => {
    const part = each / 255;
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

// Black or white, whichever is read better.
const ink = (parts) => (luminance(parts) > 0.18 ? "#000" : "#fff");

function paint(node, part, scale) {
  const parts = colour(part, scale);
  node.style.background = rgb(parts);
  node.style.color = ink(parts);
}

// What a scale's ends mean.
function legend(from, to, scale) {
  const bar = el("span", { class: "bar", "aria-hidden": "true" });
  const draw = () => {
    const stops = Array.from({ length: 9 }, (_, at) => rgb(colour(at / 8, scale)));
    bar.style.background = "linear-gradient(to right," + stops.join(",") + ")";
  };
  draw();
  return fill(el("span", { class: "legend" }), {}, [from, bar, to].map((each) =>
    typeof each === "string" ? el("span", {}, each) : each));
}
