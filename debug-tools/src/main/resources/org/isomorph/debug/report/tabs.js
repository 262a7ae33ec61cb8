// Sections behind tabs: arrows, Home and End move between them, the address names the one shown.

function tabs(sections) {
  const list = document.getElementById("tabs");
  const panels = document.getElementById("panels");
  const buttons = sections.map((section, at) =>
    el("button", { type: "button", role: "tab", id: "tab-" + section.id, "aria-controls": "panel-" + section.id,
      onclick: () => show(at) }, section.title));
  const shown = sections.map((section) =>
    // Not the name in the address, to which a browser would scroll.
    el("section", { role: "tabpanel", id: "panel-" + section.id, "aria-labelledby": "tab-" + section.id,
      hidden: true }));
  let current = -1;

  function tell(hash) {
    try {
      history.replaceState(null, "", hash);
    } catch {
      // A page within another has no address to be changed.
    }
  }

  // What is drawn is drawn when it is first seen: it must know its width.
  function show(at) {
    if (at === current) return;
    current = at;
    buttons.forEach((button, each) => {
      button.setAttribute("aria-selected", each === at);
      button.tabIndex = each === at ? 0 : -1;
      shown[each].hidden = each !== at;
    });
    if (shown[at].childElementCount === 0) shown[at].append(...sections[at].build());
    if (location.hash !== "#" + sections[at].id) tell("#" + sections[at].id);
  }

  list.addEventListener("keydown", (event) => {
    const to = { ArrowRight: current + 1, ArrowLeft: current - 1, Home: 0, End: buttons.length - 1 }[event.key];
    if (to === undefined) return;
    event.preventDefault();
    const next = (to + buttons.length) % buttons.length;
    show(next);
    buttons[next].focus();
  });
  list.hidden = sections.length === 1;
  list.append(...buttons);
  panels.append(...shown);
  const named = () => sections.findIndex((section) => "#" + section.id === location.hash);
  addEventListener("hashchange", () => { if (named() >= 0) show(named()); });
  show(Math.max(0, named()));
  return {
    current: () => sections[current],
    go: (id) => show(sections.findIndex((section) => section.id === id)),
    redraw: () => {
      shown.forEach((panel) => panel.replaceChildren());
      shown[current].append(...sections[current].build());
    },
  };
}
