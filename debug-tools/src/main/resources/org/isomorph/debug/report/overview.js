// What was looked at, in a few lines.

function summary(report) {
  const facts = new Map(report.facts);
  const count = Object.values(report.sequences).reduce((sum, tokens) => sum + tokens.length, 0);
  return [facts.get("parameters") && facts.get("parameters") + " parameters", facts.get("computed in"),
    count > 0 && count + " tokens", report.made].filter(Boolean).join(" · ");
}

function overview(report) {
  // Of one result alone there is nothing to be told first.
  if (report.facts.length === 0) return null;
  const told = said("overview");

  function verdict() {
    const found = report.comparison;
    const good = found.outcome === "same";
    return el("p", { class: "verdict " + (good ? "good" : "bad"), role: "note" },
      el("span", { "aria-hidden": "true" }, good ? "✓ " : "✗ "), found.headline);
  }

  function tokens(tower, places) {
    return [el("h3", {}, tower + " read " + places.length + " tokens"),
      el("ol", { class: "tokens" }, places.map(([index, id, text]) =>
        el("li", { title: "@" + index }, piece(text), id < 0 ? null : el("small", {}, String(id)))))];
  }

  // What the model says in the end, behind its last token.
  function answer() {
    if (!report.lens || report.lens.states.length === 0) return [];
    const state = lensState(report.lens, report.lens.states.length - 1);
    const last = state.cells - 1;
    if (last < 0) return [];
    return [el("h3", {}, report.lens.pooled ? "The answer" : "What comes next"),
      candidateList(state.top(last), state.logit[last])];
  }

  return {
    id: "overview",
    title: "Overview",
    build: () => [
      heading("Overview"),
      report.comparison ? verdict() : null,
      notes(told),
      el("dl", { class: "facts" }, report.facts.flatMap(([label, text]) => [
        el("dt", {}, label), el("dd", { class: label === "description" ? "code" : "" }, text)])),
      ...answer(),
      ...Object.entries(report.sequences).flatMap(([tower, places]) => tokens(tower, places)),
      el("p", { class: "quiet" }, "Made by " + report.made + "."),
    ].filter((node) => node !== null),
    markdown: () => [
      "# " + report.title,
      ...(report.comparison ? ["", "**" + report.comparison.headline + "**"] : []),
      ...told.map((text) => "- " + text),
      "",
      ...report.facts.filter(([label]) => label !== "description").map(([label, text]) => "- " + label + ": " + text),
      ...Object.entries(report.sequences).map(([tower, places]) =>
        "- " + tower + " read: " + places.map(([, id, text]) => "`" + visible(text) + "` " + id).join(", ")),
    ].join("\n"),
  };
}
