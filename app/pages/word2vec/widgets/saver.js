// A file that the server has written, saved where the browser saves files.

watch("value", () => {
  const file = parsed(props.value);
  if (file !== null) saveFile(new Blob([file.content], { type: "text/plain;charset=utf-8" }), file.name);
});
