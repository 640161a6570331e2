document.addEventListener("keydown", function (event) {
  if (event.ctrlKey || event.metaKey || event.altKey || /^(INPUT|TEXTAREA|SELECT)$/.test(event.target.tagName)) { return; }
  if (event.key === "n") { event.preventDefault(); document.getElementById("why").focus(); return; }
  var button = document.querySelector('button[data-key="' + (/^[sdku]$/.test(event.key) ? event.key : "-") + '"]');
  if (button && !button.disabled) { event.preventDefault(); button.click(); }
});
