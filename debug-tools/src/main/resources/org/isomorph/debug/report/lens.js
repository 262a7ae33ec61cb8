// What the model would predict behind each layer: a table of layers and tokens.

function lens(report) {
  const told = said("lens");
  const found = report.lens;
  if (!found && told.length === 0) return null;
  if (!found) return { id: "lens", title: "Lens", build: () => [heading("Lens"), notes(told)],
    markdown: () => told.join("\n") };

  const shown = lensOf(found);
  const { states, places, answers } = shown;
  const colourings = lensColourings([shown]);
  let colouring = "probability";
  let chosen = [states.length - 1, places.length - 1];

  function trajectory(row, cell) {
    const candidates = states[row].top(cell).filter((each) => each.id !== answers[cell][0]).slice(0, 3);
    const at = (id) => states.map((state) =>
      state.top(cell).find((each) => each.id === id)?.probability ?? null);
    const series = [{ name: "'" + visible(answers[cell][1]) + "', the answer", values: states.map((state) => state.probability[cell]) },
      ...candidates.map((each) => ({ name: "'" + visible(each.text) + "'", values: at(each.id) }))];
    return lineChart({ title: "Probability over layers", labels: states.map((state) => state.name), series, from: 0,
      marked: row, width: 380 }).node;
  }

  function detail(node, row, cell) {
    const state = states[row];
    const since = shown.settles(cell);
    node.replaceChildren(
      el("h3", {}, state.name + (found.pooled ? "" : " at " + tokenName(places[cell]))),
      state.echo.has(cell) ? el("p", { class: "echo" }, "= input: the token that was read, given back") : "",
      candidateList(state.top(cell), state.logit[cell]),
      el("dl", { class: "facts" },
        el("dt", {}, "the model's answer"), el("dd", {}, piece(answers[cell][1]),
          " rank " + state.rank[cell] + ", " + percent(state.probability[cell])),
        el("dt", {}, "settles"), el("dd", {}, since ? "from " + since + " on" : "not by the last layer"),
        el("dt", {}, "entropy"), el("dd", {}, fixed(state.entropy[cell], 2) + " bits"),
        el("dt", {}, "KL to final"), el("dd", {}, fixed(state.divergence[cell], 3) + " nats"),
        el("dt", {}, "logit of the likeliest"), el("dd", {}, brief(state.logit[cell]))),
      trajectory(row, cell),
      el("p", { class: "quiet" }, "A line breaks where its token is not among the likeliest "
        + found.candidates + "; the answer's is whole."));
  }

  function build() {
    const side = el("aside", { class: "detail", "aria-live": "polite" });
    const scale = el("div", { class: "row" });
    const choose = (to, focus) => {
      chosen = to;
      table.choose(to, focus);
      detail(side, ...to);
    };
    const table = lensTable(shown, "The likeliest token behind each layer, last layer on top",
      { onchoose: (to) => choose(to, true), onpoint: (to) => detail(side, ...(to ?? chosen)) });

    function recolour() {
      const way = colourings[colouring];
      scale.replaceChildren(el("span", {}, way.label + ", " + way.title + ":"), legend(way.from, way.to));
      table.recolour(way);
    }

    recolour();
    choose(chosen, false);
    // The last token is what most look for.
    requestAnimationFrame(() => { table.scroll.scrollLeft = table.scroll.scrollWidth; });
    return [heading("Logit lens"),
      el("p", {}, "What the model would predict if it ended behind each layer: its own final norm and head on that layer's state. "
        + "Pick a cell, or move with the arrow keys. Cells in italics give back the token that was read (= input): no prediction."),
      notes([...told, ...found.notes]),
      choice("Colour", "colouring", Object.entries(colourings).map(([value, way]) => [value, way.label]), colouring,
        (value) => { colouring = value; recolour(); }),
      scale,
      el("div", { class: "split" }, table.scroll, side)].filter((node) => node !== null);
  }

  function markdown() {
    const few = places.slice(-12);
    const from = places.length - few.length;
    return "## Logit lens\n\n" + markdownTable(["behind", ...few.map(tokenName)],
      [...states.keys()].reverse().map((row) => [states[row].name, ...few.map((_, at) =>
        "`" + visible(states[row].best(from + at)[1]) + "` " + colourings[colouring].text(states[row], from + at)
          + (states[row].echo.has(from + at) ? " = input" : ""))]));
  }

  return { id: "lens", title: "Lens", build, markdown };
}
