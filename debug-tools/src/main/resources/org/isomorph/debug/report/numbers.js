// Numbers as the page holds them, and as it shows them.

function unpacked(text) {
  const all = atob(text);
  const bytes = new Uint8Array(all.length);
  for (let at = 0; at < all.length; at++) bytes[at] = all.charCodeAt(at);
  return bytes;
}

function read(text, width, get) {
  const view = new DataView(unpacked(text).buffer);
  return Array.from({ length: view.byteLength / width }, (_, at) => get(view, at * width));
}

const singles = (text) => read(text, 4, (view, at) => view.getFloat32(at, true));

const indices = (text) => read(text, 4, (view, at) => view.getUint32(at, true));

// Browsers have read 16-bit floats only since 2025.
const halves = (text) => read(text, 2, (view, at) => {
  const bits = view.getUint16(at, true);
  const sign = bits >> 15 ? -1 : 1;
  const exponent = (bits >> 10) & 31;
  const fraction = bits & 1023;
  if (exponent === 31) return fraction ? NaN : sign * Infinity;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
});

// Numbers that are not finite came as texts.
const number = (value) => (typeof value === "string" ? Number(value) : value);

function fixed(value, digits = 3) {
  const found = number(value);
  return Number.isFinite(found) ? found.toFixed(digits) : String(found);
}

// Two digits, whatever the size: 3.1e-7, 0.25, 12.
function brief(value) {
  const found = number(value);
  if (!Number.isFinite(found) || found === 0) return String(found);
  const size = Math.abs(found);
  if (size >= 1e5 || size < 1e-3) return found.toExponential(1);
  return String(Number(found.toPrecision(size >= 100 ? 4 : 3)));
}

const percent = (part) => (100 * part).toFixed(part < 0.0995 ? 1 : 0) + "%";

const mean = (numbers) => numbers.reduce((sum, each) => sum + each, 0) / numbers.length;
