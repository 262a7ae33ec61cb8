// Puts the sections together.

const report = JSON.parse(document.getElementById("data").textContent);

const said = (section) =>
  report.notes.filter((note) => note.section === section).map((note) => note.text);

const sections = [overview(report), lens(report), layers(report), attention(report), compare(report)]
  .filter((section) => section !== null);

document.getElementById("summary").textContent = summary(report);

const shownTabs = tabs(sections);

// ---- dark and light: as the system has it, until somebody chooses

const theme = document.getElementById("theme");

function tellTheme() {
  theme.setAttribute("aria-pressed", isDark());
  theme.textContent = isDark() ? "Light" : "Dark";
}

function setTheme(dark) {
  document.documentElement.dataset.theme = dark ? "dark" : "light";
  tellTheme();
  shownTabs.redraw();
}

theme.addEventListener("click", () => setTheme(!isDark()));
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", (event) => {
  setTheme(event.matches);
});
tellTheme();

// ---- copying

async function copied(text) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    // Pages from files may not have a clipboard: what is selected can be copied all the same.
    const area = el("textarea", { "aria-hidden": "true", class: "apart" });
    area.value = text;
    document.body.append(area);
    area.select();
    const done = document.execCommand("copy");
    area.remove();
    return done;
  }
}

document.getElementById("copy").addEventListener("click", async () => {
  const section = shownTabs.current();
  const text = section.markdown() + "\n";
  const done = await copied(text);
  say(done ? section.title + ": " + text.split("\n").length + " lines are in the clipboard"
    : "the browser did not allow to copy");
});
