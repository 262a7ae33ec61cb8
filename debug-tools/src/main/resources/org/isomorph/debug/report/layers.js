// What each layer does to the stream, as curves that share their layers.

function layers(report) {
  const told = said("layers");
  const found = report.layers;
  if (!found && told.length === 0) return null;
  if (!found) return { id: "layers", title: "Layers", build: () => [heading("Layers"), notes(told)],
    markdown: () => told.join("\n") };

  const towers = [...new Set(found.layers.map((layer) => layer.tower))];
  const lensOf = (layer) => {
    const at = report.lens ? report.lens.states.findIndex((state) => state.name === layer.name) : -1;
    return at < 0 ? null : lensState(report.lens, at);
  };
  let tower = towers.length - 1;
  let token = 0; // 0 is the mean, behind it come the tokens

  const distance = "Cosine distance, in to out" + (found.standardised ? ", dimensions standardised" : "");
  const own = () => found.layers.filter((layer) => layer.tower === towers[tower] && !layer.norm);
  const places = () => report.sequences[towers[tower]] ?? [];

  function curves() {
    const rows = own();
    const curve = (name, of) => ({ name, values: rows.map(of) });
    const one = (name, get) => (layer) => get(layer[name])[token - 1];
    const ofMean = token === 0;
    const charts = [
      { title: distance, from: 0, series: ofMean
        ? [curve("mean", (layer) => number(layer.mean)), curve("median", (layer) => number(layer.median)), curve("p95", (layer) => number(layer.p95))]
        : [curve("distance", one("token_distance", halves))] },
      { title: "Norm of the stream", from: 0, series: ofMean
        ? [curve("in", (layer) => number(layer.norm_in)), curve("out", (layer) => number(layer.norm_out))]
        : [curve("in", one("token_norm_in", singles)), curve("out", one("token_norm_out", singles))] },
      { title: "Update: the norm of the change over that of the input", from: 0, series:
        [curve("update", ofMean ? (layer) => number(layer.update) : one("token_update", halves))] },
    ];
    const states = rows.map(lensOf);
    if (states.every((state) => state !== null) && (ofMean || !report.lens.pooled)) {
      const at = (numbers) => (ofMean ? mean(numbers) : numbers[token - 1]);
      charts.push({ title: "Entropy of the lens, bits", from: 0, series: [curve("entropy", (_, row) => at(states[row].entropy))] });
      charts.push({ title: "KL of the final prediction to the lens, nats", from: 0, series: [curve("KL", (_, row) => at(states[row].divergence))] });
    }
    return charts;
  }

  const HEAD = ["layer", "mean", "median", "p95", "max", "worst token", "|in|", "|out|", "update"];
  const rows = () => found.layers.map((layer) => {
    const worst = (report.sequences[layer.tower] ?? []).find(([index]) => index === layer.worst);
    return [layer.name + (layer.norm ? " (not a layer)" : ""), fixed(layer.mean), fixed(layer.median), fixed(layer.p95), fixed(layer.max),
      worst ? tokenName(worst) : "@" + layer.worst, brief(layer.norm_in), brief(layer.norm_out), fixed(layer.update)];
  });

  function build() {
    const place = el("div", { class: "charts" });
    const pick = el("div", { class: "row" });

    function draw() {
      const charts = [];
      const onmark = (at) => charts.forEach((chart) => chart.mark(at));
      const labels = own().map((layer) => layer.name);
      charts.push(...curves().map((each) => lineChart({ ...each, labels, onmark })));
      place.replaceChildren(...charts.map((chart) => chart.node));
    }

    function choices() {
      pick.replaceChildren(
        ...(towers.length > 1 ? [pickTower()] : []),
        select("Of", ["the mean of all tokens" + (found.first_counted ? "" : " but the first"), ...places().map(tokenName)],
          (at) => { token = at; draw(); }));
      pick.querySelector("label:last-of-type select").value = String(token);
    }

    function pickTower() {
      const chosen = select("Tower", towers, (at) => { tower = at; token = 0; choices(); draw(); });
      chosen.querySelector("select").value = String(tower);
      return chosen;
    }

    choices();
    draw();
    return [heading("Layers"),
      el("p", {}, "How far each layer turns and grows the stream that passes it. Move over a curve, or focus it and use the arrow keys."),
      notes([...told, ...found.notes]), pick, place,
      el("details", {}, el("summary", {}, "All numbers"), table(HEAD, rows(), { "aria-label": "All layers in numbers" }))]
      .filter((node) => node !== null);
  }

  return { id: "layers", title: "Layers", build,
    markdown: () => "## " + distance + "\n\n" + markdownTable(HEAD, rows()) };
}
