// A lens as a table of layers and tokens: a run has one, a comparison has two that are linked.

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

// A lens, unpacked, and the tokens that it is about.
function lensOf(found) {
  const states = found.states.map((_, at) => lensState(found, at));
  const last = states.at(-1);
  const read = new Map((report.sequences[found.tower] ?? []).map((token) => [token[0], token]));
  const places = found.pooled ? [[0, -1, "[pooled]"]] : found.places.map((index) => read.get(index) ?? [index, -1, "?"]);
  const next = places.map(([index]) => (found.pooled ? undefined : read.get(index + 1)));
  const answers = places.map((_, cell) => last.best(cell));
  return {
    ...found, states, places, next, answers,
    isAnswer: (cell) => next[cell] !== undefined && next[cell][1] === answers[cell][0],
    // The layer from which on the answer is the likeliest and stays it.
    settles: (cell) => {
      let since = null;
      for (const state of states) {
        if (state.rank[cell] !== 1) since = null;
        else since ??= state.name;
      }
      return since;
    },
  };
}

// Each with what its ends mean, which are the same for all these lenses; all are darker (on a dark page lighter) for more.
function lensColourings(lenses) {
  const most = (of) => Math.max(1e-9, ...lenses.flatMap((lens) => lens.states).flatMap((state) => of(state).filter(Number.isFinite)));
  const greatest = { entropy: most((state) => state.entropy), divergence: most((state) => state.divergence) };
  return {
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
}

// The table. It tells which cell was chosen and which is pointed at, and shows what it is told: so tables can be linked.
function lensTable(lens, label, { onchoose, onpoint, told = () => "" }) {
  const { states, places } = lens;
  const cells = [];
  const body = el("tbody", {});
  for (let row = states.length - 1; row >= 0; row--) {
    const state = states[row];
    cells[row] = places.map((_, cell) => el("td", { role: "gridcell", "data-row": row, "data-cell": cell, tabindex: -1,
      class: (state.echo.has(cell) ? "echo" : "") + (told(row, cell) ? " parts" : "") }, piece(state.best(cell)[1])));
    body.append(el("tr", { role: "row" }, el("th", { scope: "row", role: "rowheader" }, state.name), cells[row]));
  }
  const line = (name, texts) => el("tr", { role: "row" }, el("th", { scope: "row", role: "rowheader" }, name), texts);
  const grid = el("table", { class: "lens", role: "grid", "aria-label": label },
    lens.pooled ? null : el("thead", {}, line("next", places.map((_, cell) =>
      el("th", { scope: "col", title: lens.isAnswer(cell) ? "the model's answer is what comes next" : "what comes next in the prompt" },
        lens.next[cell] ? piece(lens.next[cell][2]) : "?", lens.isAnswer(cell) ? el("b", {}, "*") : null)))),
    body,
    el("tfoot", {}, line("reads", places.map(([index, , text]) => el("th", { scope: "col", title: "@" + index }, piece(text))))));
  const scroll = el("div", { class: "scroll" }, grid);
  let chosen = null, pointed = null;

  const inside = ([row, cell]) => [Math.min(states.length - 1, Math.max(0, row)), Math.min(places.length - 1, Math.max(0, cell))];
  const at = (event) => {
    const cell = event.target.closest("td[data-row]");
    return cell && [Number(cell.dataset.row), Number(cell.dataset.cell)];
  };
  grid.addEventListener("click", (event) => { if (at(event)) onchoose(at(event)); });
  grid.addEventListener("mouseover", (event) => { if (at(event)) onpoint(at(event)); });
  grid.addEventListener("mouseleave", () => onpoint(null));
  grid.addEventListener("keydown", (event) => {
    const step = { ArrowUp: [1, 0], ArrowDown: [-1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1],
      Home: [0, -places.length], End: [0, places.length] }[event.key];
    if (!step || !chosen) return;
    event.preventDefault();
    onchoose(inside([chosen[0] + step[0], chosen[1] + step[1]]));
  });

  return {
    grid, scroll,
    recolour: (way) => states.forEach((state, row) => places.forEach((place, cell) => {
      paint(cells[row][cell], way.part(state, cell));
      cells[row][cell].setAttribute("aria-label", [state.name + " at " + tokenName(place) + ": " + visible(state.best(cell)[1]),
        way.text(state, cell), state.echo.has(cell) && "= input", told(row, cell)].filter(Boolean).join(", "));
    })),
    choose: (to, focus) => {
      const before = chosen && cells[chosen[0]][chosen[1]];
      before?.removeAttribute("aria-selected");
      if (before) before.tabIndex = -1;
      chosen = inside(to);
      const now = cells[chosen[0]][chosen[1]];
      now.setAttribute("aria-selected", "true");
      now.tabIndex = 0;
      if (focus) now.focus();
    },
    // Brings what is chosen into the table's view, without moving the page.
    reveal: () => {
      const cell = cells[chosen[0]][chosen[1]];
      scroll.scrollLeft = cell.offsetLeft - scroll.clientWidth / 2;
      scroll.scrollTop = cell.offsetTop - scroll.clientHeight / 2;
    },
    point: (to) => {
      if (pointed) cells[pointed[0]][pointed[1]].classList.remove("pointed");
      pointed = to;
      if (to) cells[to[0]][to[1]].classList.add("pointed");
    },
  };
}
