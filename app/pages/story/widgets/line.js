// A line of plain text.

const line = element.querySelector("p");
const showLine = () => setText(line, props.value || "");
watch("value", showLine);
showLine();
