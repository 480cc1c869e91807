// A person is dragged to another seat: the form below, which works without this, is filled in and sent.
const form = document.querySelector("[data-seat-moves]");
const seats = [...document.querySelectorAll("[data-seat]")].filter((seat) => !seat.classList.contains("seat-broken"));
const people = form ? [...document.querySelectorAll("[data-person]")] : [];
const person = form?.querySelector("[name=person]");
const target = form?.querySelector("[name=seat]");
let dragged = null;

function point(seat, name, on) {
  seat.classList.toggle(name, on);
}

for (const seat of people) {
  seat.draggable = true;
  seat.addEventListener("dragstart", (event) => {
    dragged = seat;
    event.dataTransfer.setData("text/plain", seat.dataset.person);
    event.dataTransfer.effectAllowed = "move";
    point(seat, "seat-picked", true);
  });
  seat.addEventListener("dragend", () => {
    point(seat, "seat-picked", false);
    dragged = null;
  });
}

for (const seat of form ? seats : []) {
  seat.addEventListener("dragover", (event) => {
    if (!dragged || dragged === seat) return;
    event.preventDefault();
    point(seat, "seat-over", true);
  });
  seat.addEventListener("dragleave", () => point(seat, "seat-over", false));
  seat.addEventListener("drop", (event) => {
    event.preventDefault();
    point(seat, "seat-over", false);
    if (!dragged || dragged === seat) return;
    person.value = dragged.dataset.person;
    target.value = seat.dataset.seat;
    form.requestSubmit();
  });
}

for (const hint of form ? document.querySelectorAll("[data-drag-hint]") : []) hint.hidden = false;
