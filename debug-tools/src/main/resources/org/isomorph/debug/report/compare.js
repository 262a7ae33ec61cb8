// Where two models part: each piece at each token, then inside what is at fault.

function compare(report) {
  const found = report.comparison;
  if (!found) return null;
  const told = said("compare");
  const pieces = found.pieces;
  const local = found.tokens_local.map(singles);
  const columns = Math.max(0, ...local.map((row) => row.length));
  const looks = new Map(found.looks.map((look) => [look.piece, look]));
  const floor = (each) => Math.max(number(each.floor) || 0, found.least_floor);
  // JSON has no infinity: what is not finite came as a text.
  const error = (value) => (typeof value === "string" ? Infinity : value);
  const first = pieces.findIndex((each) => !each.same);
  const lenses = lensPair(report);
  let chosen = found.looks[0]?.piece ?? null;

  const times = (each) => error(each.local.greatest) / floor(each);
  const note = (each, at) => (!each.same ? (at === first ? "first divergence" : "differs")
    : first >= 0 && at > first && error(each.accumulated.greatest) > 0 ? "inherits" : "");

  // Which tower's tokens a piece is about.
  const tokensOf = (name) => report.sequences[name.split(".")[0]] ?? Object.values(report.sequences)[0] ?? [];
  const tokenAt = (name, column) => {
    const from = column * found.tokens_each, to = from + found.tokens_each - 1;
    if (from !== to) return "@" + from + " to @" + to;
    const token = tokensOf(name).find(([index]) => index === from);
    return token ? tokenName(token) : "@" + from;
  };
  // From the noise to a hundred thousand times of it.
  const part = (value, each) => (value === 0 ? 0 : Math.min(1, Math.max(0, (Math.log10(value / floor(each)) + 1) / 6)));

  const HEAD = ["piece", "local error", "times the floor", "floor", "accumulated", "KL lens", ""];
  const row = (each, at) => [each.name, brief(error(each.local.greatest)), each.local.greatest === 0 ? "0" : brief(times(each)),
    each.local.greatest === 0 ? "" : brief(floor(each)), brief(error(each.accumulated.median)),
    each.kl_lens === undefined ? "" : brief(each.kl_lens), note(each, at)];

  function inside(look) {
    const short = (name) => (name.startsWith(look.piece + ".") ? name.slice(look.piece.length + 1) : name);
    return [el("h3", {}, "Inside " + look.piece),
      el("ol", { class: "steps" }, look.values.map((step) =>
        el("li", { class: step.same ? "good" : "bad", title: step.name + ": " + brief(error(step.local.greatest)) + ", floor " + brief(floor(step)) },
          el("span", { "aria-hidden": "true" }, step.same ? "✓ " : "✗ "), short(step.name),
          el("small", {}, step.local.greatest === 0 ? " 0" : " " + brief(error(step.local.greatest)))))),
      ...look.guesses.map((guess) => el("p", { class: "guess" }, el("strong", {}, guess.mistake), " ", guess.evidence))];
  }

  function heat(readout, onchoose) {
    const cells = [];
    const body = pieces.map((each, at) => {
      cells[at] = Array.from({ length: columns }, (_, column) => {
        const value = local[at][column];
        const cell = el("td", { tabindex: -1, "data-row": at, "data-cell": column, role: "gridcell",
          "aria-label": each.name + " at " + tokenAt(each.name, column) + ": " + (value === undefined ? "0" : brief(value)) });
        paint(cell, part(value ?? 0, each), "error");
        return cell;
      });
      return el("tr", { role: "row" }, el("th", { scope: "row", role: "rowheader" },
        looks.has(each.name) ? el("button", { type: "button", onclick: () => pick(each.name) }, each.name) : each.name),
        cells[at], el("td", { class: "mark", "aria-hidden": "true" }, each.same ? "" : "✗"));
    });
    let pick = () => {};
    let at = [Math.max(0, first), Math.max(0, pieces[Math.max(0, first)]?.local.token ?? 0)];
    const grid = el("table", { class: "heat", role: "grid", "aria-label": "Local error of each piece at each token" }, el("tbody", {}, body));

    function choose(to, focus) {
      const bounded = [Math.min(pieces.length - 1, Math.max(0, to[0])), Math.min(columns - 1, Math.max(0, to[1]))];
      cells[at[0]]?.[at[1]]?.removeAttribute("aria-selected");
      at = bounded;
      const cell = cells[at[0]]?.[at[1]];
      if (!cell) return;
      cell.setAttribute("aria-selected", "true");
      cell.tabIndex = 0;
      if (focus) cell.focus();
      const each = pieces[at[0]], value = local[at[0]][at[1]] ?? 0;
      readout.textContent = each.name + " at " + tokenAt(each.name, at[1]) + ": local error " + brief(value)
        + (value === 0 ? "" : ", " + brief(value / floor(each)) + " times the floor");
      if (focus && looks.has(each.name)) pick(each.name);
      if (focus && found.tokens_each === 1) onchoose(each.name, at[1]);
    }
    grid.addEventListener("click", (event) => {
      const cell = event.target.closest("td[data-row]");
      if (cell) choose([Number(cell.dataset.row), Number(cell.dataset.cell)], true);
    });
    grid.addEventListener("keydown", (event) => {
      const step = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] }[event.key];
      if (!step || !event.target.matches("td")) return;
      event.preventDefault();
      choose([at[0] + step[0], at[1] + step[1]], true);
    });
    choose([at[0], Math.floor(at[1] / found.tokens_each)], false);
    return { grid, onpick: (then) => { pick = then; } };
  }

  function build() {
    const drill = el("div", { class: "drill", "aria-live": "polite" });
    const readout = el("p", { class: "readout", "aria-live": "polite" });
    const show = (name) => { chosen = name; drill.replaceChildren(...inside(looks.get(name))); };
    const pair = lenses?.build();
    const map = columns > 0 ? heat(readout, (name, token) => pair?.find(name, token)) : null;
    map?.onpick(show);
    if (chosen) show(chosen);
    const descriptions = found.descriptions.map((each) => each.sentence);
    return [heading("Compare"),
      el("p", { class: "verdict " + (found.outcome === "same" ? "good" : "bad") },
        el("span", { "aria-hidden": "true" }, found.outcome === "same" ? "✓ " : "✗ "), found.headline),
      notes([...told, ...found.reasons]),
      ...(map ? [el("h3", {}, "Local error, piece by token"),
        el("p", {}, "Each piece was given what the reference's was given, so that an error shows where it is made."),
        el("div", { class: "row" }, legend("below the floor", "100,000 times the floor", "error")),
        el("div", { class: "scroll" }, map.grid), readout] : []),
      drill,
      ...(pair ? pair.nodes : []),
      ...(pieces.length > 0 ? [el("h3", {}, "Pieces"), table(HEAD, pieces.map(row), { "aria-label": "All pieces in numbers" })] : []),
      ...(found.outputs_text.length > 0 ? [el("h3", {}, "In the end"), notes(found.outputs_text)] : []),
      ...(found.weights_text.length > 0 ? [el("h3", {}, "Weights"), notes(found.weights_text)] : []),
      ...(descriptions.length > 0 ? [el("h3", {}, "Descriptions"), notes(descriptions)] : []),
      ...(found.unseen.length > 0 ? [el("h3", {}, "Not recorded"), notes(found.unseen)] : []),
    ].filter((node) => node !== null);
  }

  function markdown() {
    const look = looks.get(chosen);
    return ["## " + found.headline, "", markdownTable(HEAD, pieces.map(row)),
      ...(look ? ["", "Inside " + look.piece + ": " + look.values.map((step) => step.name + (step.same ? " ✓" : " ✗")).join(", ")] : []),
      ...(lenses ? ["", lenses.summary()] : []),
      ...found.looks.flatMap((each) => each.guesses).map((guess) => "- " + guess.mistake + ": " + guess.evidence)].join("\n");
  }

  return { id: "compare", title: "Compare", build, markdown };
}
