// What the model would predict behind each layer: a table of layers and tokens.

// One row of the lens, unpacked when it is first asked for.
function lensState(lens, at) {
  const packed = lens.states[at];
  if (packed.unpacked) return packed.unpacked;
  const rank = indices(packed.rank);
  const top = indices(packed.top);
  const probability = halves(packed.top_probability);
  const wide = rank.length === 0 ? 0 : top.length / rank.length;
  packed.unpacked = {
    name: packed.name,
    cells: rank.length,
    rank,
    probability: halves(packed.probability),
    entropy: halves(packed.entropy),
    divergence: halves(packed.divergence),
    logit: halves(packed.logit),
    echo: new Set(packed.echo),
    best: (cell) => lens.pieces[top[cell * wide]],
    sure: (cell) => probability[cell * wide],
    top: (cell) => Array.from({ length: wide }, (_, each) => {
      const [id, text] = lens.pieces[top[cell * wide + each]];
      return { id, text, probability: probability[cell * wide + each] };
    }),
  };
  return packed.unpacked;
}

// The likeliest, with bars.
function candidateList(candidates, logit) {
  return el("ol", { class: "candidates" }, candidates.map((each, at) => {
    const bar = el("span", { class: "share" });
    bar.style.width = 100 * each.probability + "%";
    return el("li", {}, piece(each.text), el("small", {}, String(each.id)),
      el("span", { class: "track", "aria-hidden": "true" }, bar),
      el("span", { class: "figure" }, percent(each.probability)),
      at === 0 && logit !== undefined && candidates.length === 1
        ? el("span", { class: "figure" }, "logit " + brief(logit)) : null);
  }));
}

function lens(report) {
  const told = said("lens");
  const found = report.lens;
  if (!found && told.length === 0) return null;
  if (!found) return { id: "lens", title: "Lens", build: () => [heading("Lens"), notes(told)],
    markdown: () => told.join("\n") };

  const states = found.states.map((_, at) => lensState(found, at));
  const last = states.at(-1);
  const read = Object.values(report.sequences).at(-1) ?? [];
  const places = found.pooled ? [[0, -1, "[pooled]"]] : read.slice(0, last.cells);
  const answers = places.map((_, cell) => last.best(cell));
  const isAnswer = (cell) => !found.pooled && read[cell + 1] && read[cell + 1][1] === answers[cell][0];
  const most = (of) => Math.max(1e-9, ...states.flatMap((state) => of(state).filter(Number.isFinite)));
  const greatest = { entropy: most((state) => state.entropy), divergence: most((state) => state.divergence) };

  // Each with what its ends mean; all are darker (on a dark page lighter) for more.
  const COLOURINGS = {
    probability: { label: "Probability", title: "of the likeliest", from: "0", to: "1",
      part: (state, cell) => state.sure(cell), text: (state, cell) => percent(state.sure(cell)) },
    rank: { label: "Rank", title: "of the model's answer", from: "2000 and beyond", to: "1",
      part: (state, cell) => 1 - Math.min(1, Math.log(state.rank[cell]) / Math.log(2000)),
      text: (state, cell) => "rank " + state.rank[cell] },
    entropy: { label: "Entropy", title: "in bits", from: "0", to: brief(greatest.entropy) + " bits",
      part: (state, cell) => state.entropy[cell] / greatest.entropy,
      text: (state, cell) => fixed(state.entropy[cell], 2) + " bits" },
    divergence: { label: "KL to final", title: "in nats", from: "0", to: brief(greatest.divergence) + " nats",
      part: (state, cell) => Math.sqrt(state.divergence[cell] / greatest.divergence),
      text: (state, cell) => fixed(state.divergence[cell], 2) + " nats" },
  };

  let colouring = "probability";
  let chosen = [states.length - 1, places.length - 1];

  // The layer from which on the answer is the likeliest and stays it.
  function settles(cell) {
    let since = null;
    for (const state of states) {
      if (state.rank[cell] !== 1) since = null;
      else since ??= state.name;
    }
    return since;
  }

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
    const since = settles(cell);
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
    const cells = [];
    const body = el("tbody", {});
    for (let row = states.length - 1; row >= 0; row--) {
      const state = states[row];
      cells[row] = places.map((place, cell) => {
        const [, text] = state.best(cell);
        return el("td", { role: "gridcell", "data-row": row, "data-cell": cell, tabindex: -1,
          class: state.echo.has(cell) ? "echo" : "" }, piece(text));
      });
      body.append(el("tr", { role: "row" },
        el("th", { scope: "row", role: "rowheader" }, state.name), cells[row]));
    }
    const readRow = (name, texts) => el("tr", { role: "row" }, el("th", { scope: "row", role: "rowheader" }, name), texts);
    const grid = el("table", { class: "lens", role: "grid", "aria-label": "The likeliest token behind each layer, last layer on top" },
      found.pooled ? null : el("thead", {}, readRow("next", places.map((_, cell) =>
        el("th", { scope: "col", title: isAnswer(cell) ? "the model's answer is what comes next" : "what comes next in the prompt" },
          read[cell + 1] ? piece(read[cell + 1][2]) : "?", isAnswer(cell) ? el("b", {}, "*") : null)))),
      body,
      el("tfoot", {}, readRow("reads", places.map(([index, , text]) =>
        el("th", { scope: "col", title: "@" + index }, piece(text))))));

    function recolour() {
      const way = COLOURINGS[colouring];
      scale.replaceChildren(el("span", {}, way.label + ", " + way.title + ":"), legend(way.from, way.to));
      states.forEach((state, row) => places.forEach((place, cell) => {
        paint(cells[row][cell], way.part(state, cell));
        cells[row][cell].setAttribute("aria-label", state.name + " at " + tokenName(place) + ": "
          + visible(state.best(cell)[1]) + ", " + way.text(state, cell) + (state.echo.has(cell) ? ", = input" : ""));
      }));
    }

    function choose(row, cell, focus) {
      const before = cells[chosen[0]][chosen[1]];
      before.removeAttribute("aria-selected");
      before.tabIndex = -1;
      chosen = [row, cell];
      const now = cells[row][cell];
      now.setAttribute("aria-selected", "true");
      now.tabIndex = 0;
      if (focus) now.focus();
      detail(side, row, cell);
    }

    const at = (event) => {
      const cell = event.target.closest("td[data-row]");
      return cell && [Number(cell.dataset.row), Number(cell.dataset.cell)];
    };
    grid.addEventListener("click", (event) => { if (at(event)) choose(...at(event), true); });
    grid.addEventListener("mouseover", (event) => { if (at(event)) detail(side, ...at(event)); });
    grid.addEventListener("mouseleave", () => detail(side, ...chosen));
    grid.addEventListener("keydown", (event) => {
      const step = { ArrowUp: [1, 0], ArrowDown: [-1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1],
        Home: [0, -places.length], End: [0, places.length] }[event.key];
      if (!step) return;
      event.preventDefault();
      choose(Math.min(states.length - 1, Math.max(0, chosen[0] + step[0])),
        Math.min(places.length - 1, Math.max(0, chosen[1] + step[1])), true);
    });

    recolour();
    choose(...chosen, false);
    const scroll = el("div", { class: "scroll" }, grid);
    // The last token is what most look for.
    requestAnimationFrame(() => { scroll.scrollLeft = scroll.scrollWidth; });
    return [heading("Logit lens"),
      el("p", {}, "What the model would predict if it ended behind each layer: its own final norm and head on that layer's state. "
        + "Pick a cell, or move with the arrow keys. Cells in italics give back the token that was read (= input): no prediction."),
      notes([...told, ...found.notes]),
      choice("Colour", "colouring", Object.entries(COLOURINGS).map(([value, way]) => [value, way.label]), colouring,
        (value) => { colouring = value; recolour(); }),
      scale,
      el("div", { class: "split" }, scroll, side)].filter((node) => node !== null);
  }

  function markdown() {
    const shown = places.slice(-12);
    const from = places.length - shown.length;
    return "## Logit lens\n\n" + markdownTable(["behind", ...shown.map(tokenName)],
      [...states.keys()].reverse().map((row) => [states[row].name, ...shown.map((_, at) =>
        "`" + visible(states[row].best(from + at)[1]) + "` " + COLOURINGS[colouring].text(states[row], from + at)
          + (states[row].echo.has(from + at) ? " = input" : ""))]));
  }

  return { id: "lens", title: "Lens", build, markdown };
}
