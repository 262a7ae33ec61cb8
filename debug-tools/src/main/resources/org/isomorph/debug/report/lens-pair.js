// The lenses of both sides of a comparison: what is chosen, pointed at or scrolled to in one is so in the other.

function lensPair(report) {
  const found = report.lenses;
  if (!found) return null;
  const sides = [found.a, found.b].map((each) => ({ name: each.name, ...lensOf(each.lens) }));
  const [a, b] = sides;
  const colourings = lensColourings(sides);
  let colouring = "probability";
  let chosen = null;

  const rows = a.states.map((state) => b.states.findIndex((other) => other.name === state.name));
  // The cell of side B for one of side A, and back; null where that side has no such state.
  const toB = ([row, cell]) => (rows[row] < 0 ? null : [rows[row], cell]);
  const toA = ([row, cell]) => (rows.indexOf(row) < 0 ? null : [rows.indexOf(row), cell]);
  const parts = (inA) => {
    const inB = toB(inA);
    return inB !== null && a.states[inA[0]].best(inA[1])[0] !== b.states[inB[0]].best(inB[1])[0];
  };
  const parting = a.states.flatMap((_, row) => a.places.map((_, cell) => [row, cell])).filter(parts);

  function summary() {
    const shared = rows.filter((row) => row >= 0).length * a.places.length;
    if (parting.length === 0) return "The likeliest token is the same in all " + shared + " cells.";
    const [row, cell] = parting[0];
    return "The likeliest token is another in " + parting.length + " of " + shared + " cells, first behind "
      + a.states[row].name + " at " + tokenName(a.places[cell]) + ".";
  }

  function side(lens, at) {
    if (!at) return el("div", {}, el("h4", {}, lens.name), el("p", { class: "quiet" }, "has no such state"));
    const [row, cell] = at, state = lens.states[row], since = lens.settles(cell);
    return el("div", {}, el("h4", {}, lens.name), candidateList(state.top(cell), state.logit[cell]),
      el("dl", { class: "facts" },
        el("dt", {}, "its answer in the end"), el("dd", {}, piece(lens.answers[cell][1]),
          " rank " + state.rank[cell] + ", " + percent(state.probability[cell]) + (since ? ", settles from " + since + " on" : "")),
        el("dt", {}, "entropy"), el("dd", {}, fixed(state.entropy[cell], 2) + " bits"),
        el("dt", {}, "KL to final"), el("dd", {}, fixed(state.divergence[cell], 3) + " nats")));
  }

  function build() {
    const detail = el("div", { class: "pair details", "aria-live": "polite" });
    const caption = el("h4", {});
    const scale = el("div", { class: "row" });

    function tell(inA) {
      const state = a.states[inA[0]];
      caption.textContent = state.name + (a.pooled ? "" : " at " + tokenName(a.places[inA[1]])) + (parts(inA) ? ": another token" : "");
      detail.replaceChildren(side(a, inA), side(b, toB(inA)));
    }

    // Where the other side has no such cell, its own stays as it was.
    const both = (what, inA, inB) => { if (inA) what(0, inA); if (inB) what(1, inB); };
    function choose(inA, inB, focused) {
      both((at, to) => tables[at].choose(to, at === focused), inA, inB);
      if (inA) { chosen = inA; tell(inA); }
    }
    function point(inA, inB) {
      tables[0].point(inA);
      tables[1].point(inB);
      if (inA ?? chosen) tell(inA ?? chosen);
    }
    const told = (inA) => (inA !== null && parts(inA) ? "parts from the other" : "");
    const tables = [
      lensTable(a, "Lens of " + a.name, { onchoose: (to) => choose(to, toB(to), 0), onpoint: (to) => point(to, to && toB(to)),
        told: (row, cell) => told([row, cell]) }),
      lensTable(b, "Lens of " + b.name, { onchoose: (to) => choose(toA(to), to, 1), onpoint: (to) => point(to && toA(to), to),
        told: (row, cell) => told(toA([row, cell])) }),
    ];
    tables.forEach((table, at) => {
      const other = tables[1 - at].scroll;
      // Setting what is set already tells nobody: the two do not push each other about.
      table.scroll.addEventListener("scroll", () => { other.scrollLeft = table.scroll.scrollLeft; other.scrollTop = table.scroll.scrollTop; });
    });

    function recolour() {
      const way = colourings[colouring];
      scale.replaceChildren(el("span", {}, way.label + ", " + way.title + ":"), legend(way.from, way.to));
      tables.forEach((table) => table.recolour(way));
    }

    const go = (inA) => { choose(inA, toB(inA), 0); tables[0].reveal(); };
    recolour();
    const start = chosen ?? parting[0] ?? [a.states.length - 1, a.places.length - 1];
    choose(start, toB(start), -1);
    requestAnimationFrame(() => tables[0].reveal());
    const notesOfBoth = [...new Set([...a.notes, ...b.notes])];
    return {
      nodes: [el("h3", {}, "Both lenses"),
        el("p", {}, "What each would predict if it ended behind a layer. A cell that is chosen or pointed at in one table is marked in the other; "
          + "the arrow keys move in both. ≠ marks where the likeliest token is another."),
        el("p", { class: "parting" }, summary(), parting.length > 0
          ? [" ", el("button", { type: "button", onclick: () => go(parting[0]) }, "Show the first")] : ""),
        notes(notesOfBoth),
        choice("Colour", "colouring-of-both", Object.entries(colourings).map(([value, way]) => [value, way.label]), colouring,
          (value) => { colouring = value; recolour(); }),
        scale,
        el("div", { class: "pair" }, tables.map((table, at) => el("figure", { class: "side" }, el("figcaption", {}, "AB"[at] + ": " + sides[at].name), table.scroll))),
        caption, detail].filter((node) => node !== null),
      // Shows a layer at a token, where the lenses have it.
      find: (name, index) => {
        const row = a.states.findIndex((state) => state.name === name), cell = a.places.findIndex((place) => place[0] === index);
        if (row < 0 || cell < 0) return;
        choose([row, cell], toB([row, cell]), -1);
        tables[0].reveal();
      },
    };
  }

  return { build, summary };
}
