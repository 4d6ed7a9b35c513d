// A file that the server has written, saved where the browser saves files.

watch("value", () => {
  const file = parsed(props.value);
  if (file === null) return;
  const link = html("a", { download: file.name });
  link.href = URL.createObjectURL(new Blob([file.content], { type: "text/plain;charset=utf-8" }));
  link.click();
  URL.revokeObjectURL(link.href);
});
