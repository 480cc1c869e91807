// A button beside a password field that shows what was typed. Without script the button stays hidden.
for (const button of document.querySelectorAll("[data-shows]")) {
  const input = document.getElementById(button.dataset.shows);
  const word = button.querySelector("[data-hide-text]");
  const showText = word.textContent;
  const toggle = (shown) => {
    input.type = shown ? "text" : "password";
    word.textContent = shown ? word.dataset.hideText : showText;
  };
  button.addEventListener("click", () => toggle(input.type === "password"));
  // A password left visible would be remembered by the browser as ordinary text.
  input.form.addEventListener("submit", () => toggle(false));
  button.hidden = false;
}
