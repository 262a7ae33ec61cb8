// Who attends to whom: a thumbnail of each head of each layer, one head as a matrix, one pair of tokens in numbers.

// The weights of one layer, unpacked when they are first asked for.
function attentionMap(found, at) {
  const packed = found.maps[at];
  if (packed.unpacked) return packed.unpacked;
  const queries = report.sequences[packed.queries], keys = report.sequences[packed.keys];
  const bits = unpacked(found.masks[packed.mask]);
  const place = new Int32Array(queries.length * keys.length).fill(-1);
  let count = 0;
  for (let cell = 0; cell < place.length; cell++)
    if (bits[cell >> 3] & (1 << (cell & 7))) place[cell] = count++;
  const weights = unpacked(packed.weights);
  const weight = (head, query, key) => {
    const cell = place[query * keys.length + key];
    // Square roots are what was stored.
    return cell < 0 ? 0 : (weights[head * count + cell] / 255) ** 2;
  };
  const heads = [...Array(packed.heads).keys()];
  const norms = halves(packed.value_norms);
  packed.unpacked = {
    ...packed, queries, keys, weight,
    isVisible: (query, key) => place[query * keys.length + key] >= 0,
    // The size of what the weight brings into the stream: weight * value * output matrix.
    brought: (head, query, key) => weight(head, query, key) * norms[head * keys.length + key],
    mean: (query, key) => mean(heads.map((head) => weight(head, query, key))),
    rowSum: (head, query) => keys.reduce((sum, _, key) => sum + weight(head, query, key), 0),
    group: (head) => Math.floor(head / (packed.heads / packed.groups)),
    isSelf: packed.queries === packed.keys,
    hidden: (query, key) => {
      if (place[query * keys.length + key] >= 0) return null;
      const from = queries[query][0], to = keys[key][0];
      if (packed.queries === packed.keys && to > from) return "the key comes after the query";
      if (packed.window && from - to >= packed.window) return "the key is outside the window of " + packed.window;
      return "masked";
    },
  };
  return packed.unpacked;
}

function attention(report) {
  const told = said("attention");
  const found = report.attention;
  if (!found && told.length === 0) return null;
  if (!found) return { id: "attention", title: "Attention", build: () => [heading("Attention"), notes(told)],
    markdown: () => told.join("\n") };

  const maps = found.maps.map((_, at) => attentionMap(found, at));
  const MEAN = -1;
  let chosen = [maps.length - 1, MEAN];
  let pair = null;

  const weightOf = (map, head) => (head === MEAN ? map.mean : (query, key) => map.weight(head, query, key));
  const headName = (head) => (head === MEAN ? "mean of heads" : "head " + head);

  // A dot a pair.
  function draw(canvas, map, head) {
    const weight = weightOf(map, head);
    canvas.width = map.keys.length;
    canvas.height = map.queries.length;
    const context = canvas.getContext("2d");
    const image = context.createImageData(canvas.width, canvas.height);
    map.queries.forEach((_, query) => map.keys.forEach((_, key) => {
      const at = 4 * (query * canvas.width + key);
      if (!map.isVisible(query, key)) return;
      image.data.set([...colour(Math.sqrt(weight(query, key))), 255], at);
    }));
    context.putImageData(image, 0, 0);
  }

  // The strongest key of a query.
  function strongest(map, head, query) {
    const weight = weightOf(map, head);
    return map.keys.reduce((best, _, key) => (weight(query, key) > weight(query, best) ? key : best), 0);
  }

  function build() {
    const buttons = [];
    const matrix = el("div", { class: "matrix" });
    const side = el("aside", { class: "detail", "aria-live": "polite" });
    const widest = Math.max(...maps.map((map) => map.heads));

    const rows = maps.map((map, at) => {
      buttons[at] = [MEAN, ...Array(map.heads).keys()].map((head) => {
        const canvas = el("canvas", { "aria-hidden": "true" });
        draw(canvas, map, head);
        return el("button", { type: "button", class: "thumb", tabindex: -1, "data-map": at, "data-head": head + 1,
          "aria-label": map.mixer + ", " + headName(head), title: map.mixer + ", " + headName(head) }, canvas);
      });
      return el("tr", {}, el("th", { scope: "row" }, map.mixer), buttons[at].map((button) => el("td", {}, button)));
    });
    const grid = el("table", { class: "thumbs", "aria-label": "Layers and heads" },
      el("thead", {}, el("tr", {}, el("th", {}, ""), el("th", { scope: "col" }, "mean"),
        Array.from({ length: widest }, (_, head) => el("th", { scope: "col" }, String(head))))),
      el("tbody", {}, rows.reverse()));

    function choose(at, head, focus) {
      const before = buttons[chosen[0]][chosen[1] + 1];
      before.tabIndex = -1;
      before.setAttribute("aria-pressed", "false");
      const same = maps[at].queries === maps[chosen[0]].queries && maps[at].keys === maps[chosen[0]].keys;
      chosen = [at, head];
      const now = buttons[at][head + 1];
      now.tabIndex = 0;
      now.setAttribute("aria-pressed", "true");
      if (focus) now.focus();
      const last = maps[at].queries.length - 1;
      if (!pair || !same) pair = [last, strongest(maps[at], head, last)];
      show();
    }

    function show() {
      const [at, head] = chosen;
      const map = maps[at];
      const canvas = el("canvas", { tabindex: 0, role: "img", class: "weights" });
      draw(canvas, map, head);
      const marker = el("span", { class: "marker" });
      const unit = Math.max(2, Math.min(26, 560 / Math.max(map.keys.length, map.queries.length)));
      const frame = el("div", { class: "frame" }, canvas, marker);
      frame.style.aspectRatio = map.keys.length + " / " + map.queries.length;

      function mark() {
        const [query, key] = pair;
        marker.style.left = 100 * key / map.keys.length + "%";
        marker.style.top = 100 * query / map.queries.length + "%";
        marker.style.width = 100 / map.keys.length + "%";
        marker.style.height = 100 / map.queries.length + "%";
        canvas.setAttribute("aria-label", map.mixer + ", " + headName(head) + ": " + pairText(map, head, query, key));
        readout(side, map, head, (to) => { pair = to; mark(); });
      }

      const place = (event) => {
        const box = canvas.getBoundingClientRect();
        const part = (at, size, count) => Math.min(count - 1, Math.max(0, Math.floor(at / size * count)));
        return [part(event.clientY - box.top, box.height, map.queries.length),
          part(event.clientX - box.left, box.width, map.keys.length)];
      };
      const point = (event) => { pair = place(event); mark(); };
      canvas.addEventListener("pointerdown", point);
      canvas.addEventListener("pointermove", (event) => { if (event.buttons || event.pointerType === "mouse" && event.shiftKey) point(event); });
      canvas.addEventListener("keydown", (event) => {
        const step = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] }[event.key];
        if (!step) return;
        event.preventDefault();
        pair = [Math.min(map.queries.length - 1, Math.max(0, pair[0] + step[0])),
          Math.min(map.keys.length - 1, Math.max(0, pair[1] + step[1]))];
        mark();
      });
      const labelled = unit >= 14;
      const label = (token) => piece(token[2], { title: tokenName(token) });
      const left = el("div", { class: "left", "aria-hidden": "true" }, labelled ? map.queries.map(label) : []);
      const top = el("div", { class: "top", "aria-hidden": "true" }, labelled ? map.keys.map(label) : []);
      const labels = el("div", { class: "labelled" }, top, left, frame);
      labels.style.gridTemplateColumns = "max-content minmax(0, " + unit * map.keys.length + "px)";
      matrix.replaceChildren(
        el("h3", {}, map.mixer + ", " + headName(head)),
        el("p", { class: "quiet" }, map.kind + (head === MEAN ? "" : "; reads key and value head " + map.group(head))
          + ". Rows ask, columns are looked at; what is empty is 0 by construction."),
        labels,
        el("div", { class: "row" }, legend("0", "1"), el("span", { class: "quiet" }, "square root")));
      mark();
    }

    grid.addEventListener("click", (event) => {
      const button = event.target.closest("button.thumb");
      if (button) choose(Number(button.dataset.map), Number(button.dataset.head) - 1, true);
    });
    grid.addEventListener("keydown", (event) => {
      const step = { ArrowUp: [1, 0], ArrowDown: [-1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] }[event.key];
      if (!step) return;
      event.preventDefault();
      const at = Math.min(maps.length - 1, Math.max(0, chosen[0] + step[0]));
      choose(at, Math.min(maps[at].heads - 1, Math.max(MEAN, chosen[1] + step[1])), true);
    });
    choose(...chosen, false);

    return [heading("Attention"),
      el("p", {}, "Pick a head, then a pair of tokens in its matrix; arrow keys move in both."),
      notes(told),
      el("div", { class: "scroll thumbnails" }, grid),
      el("div", { class: "split" }, matrix, side),
      el("p", { class: "quiet" }, "Weights are held in 8 bits, within 0.004. To look at them changed the outputs by "
        + brief(Math.max(...maps.map((map) => number(map.disturbance)))) + " of the greatest.")].filter((node) => node !== null);
  }

  function pairText(map, head, query, key) {
    return tokenName(map.queries[query]) + " → " + tokenName(map.keys[key]) + " " + fixed(weightOf(map, head)(query, key));
  }

  function readout(side, map, head, go) {
    const [query, key] = pair;
    const weight = weightOf(map, head);
    const why = map.hidden(query, key);
    const heads = [...Array(map.heads).keys()];
    const back = map.isSelf ? map.hidden(key, query) : null;
    const fact = (name, text) => [el("dt", {}, name), el("dd", {}, text)];
    const most = Math.max(1e-9, ...heads.map((each) => map.brought(each, query, key)));
    const greatest = Math.max(1e-9, ...map.keys.map((_, each) => weight(query, each)));
    side.replaceChildren(
      el("h3", {}, tokenName(map.queries[query]) + " → " + tokenName(map.keys[key])),
      el("p", { class: "large" }, fixed(weight(query, key))),
      why ? el("p", { class: "echo" }, "0 by construction: " + why) : "",
      el("dl", { class: "facts" },
        ...fact("mean of heads", fixed(map.mean(query, key))),
        ...(map.isSelf ? fact("the reverse", fixed(weight(key, query)) + (back ? ", by construction" : "")) : []),
        ...(head !== MEAN && map.sink ? fact("the sink takes", fixed(Math.max(0, 1 - map.rowSum(head, query)))) : [])),
      el("h4", {}, "Heads: weight, and |w·v·O|, what it adds"),
      el("ol", { class: "candidates heads", start: 0 }, heads.map((each) => {
        const bar = el("span", { class: "share" });
        bar.style.width = 100 * map.weight(each, query, key) + "%";
        const brought = map.brought(each, query, key);
        const second = el("span", { class: "share second" });
        second.style.width = 100 * brought / most + "%";
        return el("li", { class: each === head ? "own" : "" }, el("span", {}, String(each)),
          el("span", { class: "track", "aria-hidden": "true" }, bar), el("span", { class: "figure" }, fixed(map.weight(each, query, key))),
          el("span", { class: "track", "aria-hidden": "true" }, second), el("span", { class: "figure" }, brief(brought)));
      })),
      el("p", { class: "quiet" }, "A weight on a value of nearly nothing moves nothing."
        + (map.before_norm ? " Sizes are those before the norm that follows attention." : "")),
      el("h4", {}, "What " + tokenName(map.queries[query]) + " looks at"),
      el("div", { class: "strip" }, map.keys.map((token, each) => {
        const chip = el("button", { type: "button", title: tokenName(token) + " " + fixed(weight(query, each)), tabindex: -1,
          disabled: !map.isVisible(query, each), onclick: () => go([query, each]) }, piece(token[2]));
        if (map.isVisible(query, each)) paint(chip, weight(query, each) / greatest);
        return chip;
      })));
  }

  function markdown() {
    const [at, head] = chosen;
    const map = maps[at];
    const last = map.queries.length - 1;
    const [query, key] = pair ?? [last, strongest(map, head, last)];
    return "## " + map.mixer + ", " + headName(head) + "\n\n" + pairText(map, head, query, key) + "\n\n"
      + markdownTable(["head", "kv", "weight", "|w·v·O|"], [...Array(map.heads).keys()].map((each) =>
        [each, map.group(each), fixed(map.weight(each, query, key)), brief(map.brought(each, query, key))]));
  }

  return { id: "attention", title: "Attention", build, markdown };
}
