// Words to pick from: examples, and titles.

function draw() {
  const { items = [] } = parsed(props.value) ?? {};
  const lang = document.documentElement.lang.startsWith("zh") ? "zh" : "en";
  const root = element.querySelector(".story-chips");
  root.hidden = items.length === 0;
  const buttons = items.map(({ zh, en, hint }, index) => {
    const words = lang === "zh" ? zh : en;
    const button = html("button", { type: "button", title: hint ?? null }, words);
    button.addEventListener("click", () => trigger("pick", { index }));
    return button;
  });
  root.replaceChildren(...buttons);
}

watch("value", draw);
draw();
