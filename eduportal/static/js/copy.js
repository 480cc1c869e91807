// Buttons that copy an address. Without script, or where the browser forbids it, they stay hidden: the address stands there.
for (const button of navigator.clipboard ? document.querySelectorAll("[data-copies]") : []) {
  const address = document.getElementById(button.dataset.copies).textContent.trim();
  button.setAttribute("aria-live", "polite");
  button.addEventListener("click", async () => {
    await navigator.clipboard.writeText(address);
    button.textContent = button.dataset.done;
  });
  button.hidden = false;
}
