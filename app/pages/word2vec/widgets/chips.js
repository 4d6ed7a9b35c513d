// Examples to pick from, named alike in both languages or in the visitor's own.

const root = element.querySelector(".wv-chips");

function draw() {
  const lang = document.documentElement.lang.startsWith("zh") ? "zh" : "en";
  const items = parsed(props.value) ?? [];
  root.replaceChildren(
    ...items.map((name, index) => {
      const words = typeof name === "string" ? name : name[lang];
      const button = html("button", { type: "button", lang: typeof name === "string" ? "zh" : null }, words);
      button.addEventListener("click", () => trigger("pick", { index }));
      return button;
    }),
  );
}

watch("value", draw);
draw();
