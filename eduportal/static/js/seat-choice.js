// Seats to choose: the arrow keys go as on the plan, row by row, past those that are taken.
const seats = [...document.querySelectorAll(".seat-choices input[type=radio]")];
const free = seats.filter((seat) => !seat.disabled);
const row = (seat) => Number(seat.dataset.row);
const column = (seat) => Number(seat.dataset.column);

// The nearest free seat in that direction; sideways past the end, the browser's own way is kept.
function next(from, down, right) {
  const ahead = free.filter((seat) =>
    down ? (row(seat) - row(from)) * down > 0 : row(seat) === row(from) && (column(seat) - column(from)) * right > 0,
  );
  const far = (seat) => Math.abs(row(seat) - row(from)) * 100 + Math.abs(column(seat) - column(from));
  return ahead.sort((one, other) => far(one) - far(other))[0];
}

const STEPS = { ArrowLeft: [0, -1], ArrowRight: [0, 1], ArrowUp: [-1, 0], ArrowDown: [1, 0] };

for (const seat of seats) {
  seat.addEventListener("keydown", (event) => {
    if (!(event.key in STEPS)) return;
    event.preventDefault();
    const target = next(seat, ...STEPS[event.key]);
    if (!target) return;
    target.checked = true;
    target.focus();
  });
}
