// Buttons that tick all boxes of a list, or none. Without script they stay hidden: each box can be ticked by itself.
for (const button of document.querySelectorAll("[data-tick]")) {
  const boxes = [...document.querySelectorAll(`input[data-ticked="${button.dataset.tick}"]`)];
  const tickText = button.textContent;
  const all = () => boxes.every((box) => box.checked);
  const show = () => {
    button.textContent = all() ? button.dataset.untickText : tickText;
    for (const place of document.querySelectorAll(`[data-tick-count="${button.dataset.tick}"]`)) {
      place.textContent = boxes.filter((box) => box.checked).length;
    }
  };
  button.addEventListener("click", () => {
    const tick = !all();
    for (const box of boxes) box.checked = tick;
    show();
  });
  for (const box of boxes) box.addEventListener("change", show);
  button.hidden = boxes.length === 0;
  show();
}
