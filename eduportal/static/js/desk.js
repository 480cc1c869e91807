// Narrows the desk's list while somebody types. Without it the server narrows it on Enter.
"use strict";

for (const form of document.querySelectorAll("[data-desk]")) {
  const words = form.elements.words;
  const choices = [...form.querySelectorAll("[data-words]")];

  const plain = (text) => text.toLowerCase().replace(/\s/g, "");

  const narrow = () => {
    const wanted = words.value.trim().toLowerCase().split(/\s+/).filter(Boolean);
    for (const choice of choices) {
      const there = plain(choice.dataset.words);
      choice.hidden = !wanted.every((word) => there.includes(plain(word)));
      if (choice.hidden) choice.querySelector("input").checked = false;
    }
  };

  // From the words down into the list, as in any list that opens under a field.
  words.addEventListener("keydown", (event) => {
    if (event.key !== "ArrowDown") return;
    const first = choices.find((choice) => !choice.hidden && !choice.querySelector("input").disabled);
    if (!first) return;
    event.preventDefault();
    const radio = first.querySelector("input");
    radio.checked = true;
    radio.focus();
  });
  words.addEventListener("input", narrow);
  narrow();
}
