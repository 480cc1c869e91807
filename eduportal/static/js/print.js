// Print buttons. Without script they stay hidden; the browser's own menu prints as well.
for (const button of document.querySelectorAll("[data-print]")) {
  button.addEventListener("click", () => window.print());
  button.hidden = false;
}
