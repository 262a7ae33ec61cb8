// Elements of the page. Texts are only ever set as texts, so that no token can become markup.

const SVG = "http://www.w3.org/2000/svg";

function fill(node, attributes, children) {
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith("on")) node.addEventListener(name.slice(2), value);
    else if (value === true) node.setAttribute(name, "");
    else if (value !== false && value != null) node.setAttribute(name, value);
  }
  node.append(...children.flat().filter((child) => child != null));
  return node;
}

const el = (name, attributes = {}, ...children) =>
  fill(document.createElement(name), attributes, children);

const svg = (name, attributes = {}, ...children) =>
  fill(document.createElementNS(SVG, name), attributes, children);

function say(text) {
  document.getElementById("said").textContent = text;
}

// What a text holds, on one line and with its blanks: a token is often nothing else.
function visible(text) {
  let shown = "";
  for (const point of text) {
    if (point === " ") shown += "·";
    else if (point === "\n") shown += "⏎";
    else if (point === "\t") shown += "⇥";
    else if (/[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/u.test(point))
      shown += "\\u{" + point.codePointAt(0).toString(16) + "}";
    else shown += point;
  }
  return shown;
}

// A token's text keeps its own direction, and does not turn what stands around it.
const piece = (text, attributes = {}) =>
  el("bdi", { class: "piece", ...attributes }, visible(text));

const tokenName = ([index, , text]) => "@" + index + " '" + visible(text) + "'";

// A choice of one of a few: [[value, label], ...].
function choice(label, name, options, chosen, onchoice) {
  return el("fieldset", { class: "choice" }, el("legend", {}, label),
    options.map(([value, text]) => {
      const input = el("input", { type: "radio", name, value, checked: value === chosen,
        onchange: () => onchoice(value) });
      return el("label", {}, input, el("span", {}, text));
    }));
}

function select(label, options, onchoice) {
  const list = el("select", { onchange: () => onchoice(Number(list.value)) },
    options.map((text, at) => el("option", { value: at }, text)));
  return el("label", { class: "select" }, label + " ", list);
}

const notes = (texts) =>
  texts.length === 0 ? null : el("ul", { class: "notes" }, texts.map((text) => el("li", {}, text)));

const heading = (text) => el("h2", {}, text);

function table(head, rows, attributes = {}) {
  return el("div", { class: "scroll", tabindex: 0, role: "region", ...attributes },
    el("table", { class: "numbers" },
      el("thead", {}, el("tr", {}, head.map((text) => el("th", { scope: "col" }, text)))),
      el("tbody", {}, rows.map((row) => el("tr", {}, row.map((cell, at) =>
        at === 0 ? el("th", { scope: "row" }, cell) : el("td", {}, cell)))))));
}

function markdownTable(head, rows) {
  const line = (cells) =>
    "| " + cells.map((cell) => String(cell).replaceAll("|", "\\|")).join(" | ") + " |";
  return [line(head), line(head.map(() => "---")), ...rows.map(line)].join("\n");
}
