// The table of cells as the room itself: seats as buttons, toggled by click, space or enter; arrow keys move.
const form = document.querySelector(".seat-form");
const board = form.querySelector(".seat-buttons");
const words = board.dataset;
const labelInput = document.getElementById("seat-label");
const cells = [...form.querySelectorAll("[data-seat-table] tr[data-row]")].map((row) => ({
  row: Number(row.dataset.row),
  column: Number(row.dataset.column),
  ...Object.fromEntries([...row.querySelectorAll("[data-part]")].map((input) => [input.dataset.part, input])),
}));
const columns = Math.max(...cells.map((cell) => cell.column));
// Taking a seat out and putting it back gives it the number that it had.
const numbers = new Map(cells.map((cell) => [cell, cell.number.value]));
let current = cells[0];

const tool = () => form.querySelector("[data-tool]:checked").value;
const isSeat = (cell) => cell.number.value.trim() !== "";
const isOn = (cell, part) => (part === "number" ? isSeat(cell) : isSeat(cell) && cell[part].checked);

function freeNumber() {
  const used = new Set(cells.map((cell) => Number(cell.number.value)));
  for (const number of numbers.values()) used.add(Number(number));
  let number = 1;
  while (used.has(number)) number += 1;
  return String(number);
}

function name(cell) {
  const where = `${cell.row}${words.row} ${cell.column}${words.column}`;
  if (!isSeat(cell)) return `${where}, ${words.aisle}`;
  const states = [[cell.accessible, words.accessible], [cell.out_of_order, words.outOfOrder]];
  const said = states.filter(([box]) => box.checked).map(([, word]) => word);
  return [where, `${words.seat} ${cell.label.value || cell.number.value}`, ...said].join(", ");
}

function line(text, className) {
  const span = document.createElement("span");
  span.className = className;
  span.textContent = text;
  return span;
}

function draw(cell) {
  const { button } = cell;
  button.className = "seat-button";
  button.classList.toggle("seat-empty", !isSeat(cell));
  button.classList.toggle("seat-accessible", isOn(cell, "accessible"));
  button.classList.toggle("seat-broken", isOn(cell, "out_of_order"));
  button.setAttribute("aria-label", name(cell));
  button.setAttribute("aria-pressed", String(isOn(cell, tool())));
  const text = isSeat(cell) ? cell.label.value || cell.number.value : words.aisle;
  button.replaceChildren(line(text, text.length > 3 ? "seat-name seat-name-long" : "seat-name"));
  if (isOn(cell, "accessible")) button.append(line(words.accessible, "seat-sign"));
  if (isOn(cell, "out_of_order")) button.append(line(words.outOfOrder, "seat-sign"));
}

function pointOut() {
  for (const cell of cells) cell.button.tabIndex = cell === current ? 0 : -1;
  labelInput.value = isSeat(current) ? current.label.value : "";
  labelInput.disabled = !isSeat(current);
}

function drawAll() {
  cells.forEach(draw);
  pointOut();
}

function changed() {
  drawAll();
  for (const hint of form.querySelectorAll("[data-unsaved]")) hint.hidden = false;
}

function toggle(cell) {
  const part = tool();
  if (part !== "number") {
    if (!isSeat(cell)) return;
    cell[part].checked = !cell[part].checked;
  } else if (isSeat(cell)) {
    numbers.set(cell, cell.number.value);
    cell.number.value = "";
  } else {
    const before = numbers.get(cell);
    const taken = !before || cells.some((other) => other !== cell && other.number.value === before);
    cell.number.value = taken ? freeNumber() : before;
  }
  changed();
}

const STEPS = { ArrowLeft: [0, -1], ArrowRight: [0, 1], ArrowUp: [-1, 0], ArrowDown: [1, 0] };

function move(event) {
  const at = cells.indexOf(current);
  let target;
  if (event.key in STEPS) {
    const [down, right] = STEPS[event.key];
    target = cells.find((cell) => cell.row === current.row + down && cell.column === current.column + right);
  } else if (event.key === "Home") target = cells[at - current.column + 1];
  else if (event.key === "End") target = cells[at - current.column + columns];
  else return;
  event.preventDefault();
  if (target) target.button.focus();
}

for (const cell of cells) {
  cell.button = document.createElement("button");
  cell.button.type = "button";
  cell.button.addEventListener("click", () => toggle(cell));
  cell.button.addEventListener("focus", () => {
    current = cell;
    // Nothing is drawn anew here: a button whose content goes between press and release gets no click.
    pointOut();
  });
  board.append(cell.button);
}
board.style.setProperty("--columns", columns);
board.addEventListener("keydown", move);
labelInput.addEventListener("input", () => {
  current.label.value = labelInput.value;
  cells.forEach(draw);
  for (const hint of form.querySelectorAll("[data-unsaved]")) hint.hidden = false;
});
for (const radio of form.querySelectorAll("[data-tool]")) {
  radio.name = "seat-tool";
  radio.addEventListener("change", drawAll);
}
form.querySelector("[data-seat-table]").addEventListener("change", changed);
form.querySelector("[data-seat-table]").open = false;
for (const still of document.querySelectorAll("[data-seat-static]")) still.hidden = true;
form.querySelector("[data-seat-editor]").hidden = false;
drawAll();
