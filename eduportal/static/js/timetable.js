// The timetable: a class is moved by mouse, or by keyboard from its "옮기기". Nothing is written here:
// where it is let go, the server is asked what stands in the way, and its form does the rest.
const table = document.querySelector("[data-timetable]");
const says = document.querySelector("[data-says]");
const dialog = document.querySelector("[data-dialog]");
const columns = [...table.querySelectorAll("[data-column]")];
const days = [...new Set(columns.map((column) => column.dataset.day))];
const first = Number(table.dataset.first);
const step = Number(table.dataset.step);
const tall = Number(table.dataset.tall);

let held = null; // {item, column, row, rows, ghost, grabbed}

const inGrid = () => matchMedia("(min-width: 960px)").matches;
const fill = (text, facts) => text.replace(/\{(\w+)\}/g, (_all, name) => facts[name]);
const say = (text) => {
  says.textContent = text;
};

function clock(row) {
  const minutes = first + row * step;
  return { hour: Math.floor(minutes / 60), minute: minutes % 60 };
}

function twoDigits(number) {
  return String(number).padStart(2, "0");
}

function where() {
  const { hour, minute } = clock(held.row);
  const { dayWords, roomName } = held.column.dataset;
  const text = minute ? table.dataset.saysAt : table.dataset.saysAtHour;
  return fill(text, { day: dayWords, hour, minute: twoDigits(minute), room: roomName });
}

function pickUp(item, grabbed = 0) {
  letGo();
  const { row, rows } = item.dataset;
  const ghost = item.ownerDocument.createElement("li");
  ghost.setAttribute("aria-hidden", "true");
  held = { item, column: item.parentElement, row: Number(row), rows: Number(rows), ghost, grabbed };
  item.classList.add("tt-held");
  moveTo(held.column, held.row);
}

function moveTo(column, row) {
  held.column = column;
  held.row = Math.max(0, Math.min(row, tall - held.rows));
  held.ghost.className = `tt-ghost tt-row-${held.row} tt-rows-${held.rows}`;
  const { hour, minute } = clock(held.row);
  held.ghost.textContent = `${twoDigits(hour)}:${twoDigits(minute)}`;
  if (held.ghost.parentElement !== column) column.append(held.ghost);
}

function letGo() {
  if (!held) return;
  held.ghost.remove();
  held.item.classList.remove("tt-held");
  held = null;
}

function address() {
  const { hour, minute } = clock(held.row);
  const url = new URL(held.item.dataset.check, location.href);
  url.searchParams.set("day", held.column.dataset.day);
  url.searchParams.set("starts", `${twoDigits(hour)}:${twoDigits(minute)}`);
  url.searchParams.set("room_id", held.column.dataset.roomId);
  url.searchParams.set("week", table.dataset.week);
  if (table.dataset.room) url.searchParams.set("room", table.dataset.room);
  return url;
}

async function drop() {
  const url = address();
  const handle = held.item.querySelector(".tt-move");
  try {
    const answer = await fetch(url, { headers: { Accept: "text/html" } });
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    dialog.replaceChildren(document.importNode(page.querySelector("[data-check-result]"), true));
    dialog.addEventListener("close", () => { letGo(); handle.focus(); }, { once: true });
    dialog.showModal();
    dialog.querySelector("#check-title").focus();
  } catch {
    location.assign(url);
  }
}

// By keyboard

const keys = {
  ArrowUp: () => moveTo(held.column, held.row - 1),
  ArrowDown: () => moveTo(held.column, held.row + 1),
  ArrowLeft: (event) => (event.shiftKey ? anotherDay(-1) : anotherColumn(-1)),
  ArrowRight: (event) => (event.shiftKey ? anotherDay(1) : anotherColumn(1)),
};

function anotherColumn(by) {
  moveTo(columns[columns.indexOf(held.column) + by] ?? held.column, held.row);
}

function anotherDay(by) {
  const day = days[days.indexOf(held.column.dataset.day) + by];
  const same = (column) => column.dataset.day === day && column.dataset.roomId === held.column.dataset.roomId;
  moveTo(columns.find(same) ?? held.column, held.row);
}

function onKey(event) {
  const item = event.currentTarget.closest("[data-meeting]");
  if (event.key === "Enter" || event.key === " ") {
    event.preventDefault();
    if (held?.item === item) return drop();
    pickUp(item);
    return say(`${fill(table.dataset.saysPicked, { title: item.dataset.title })} ${where()}`);
  }
  if (held?.item !== item) return undefined;
  if (event.key === "Escape") {
    letGo();
    return say(table.dataset.saysLeft);
  }
  if (!keys[event.key]) return undefined;
  event.preventDefault();
  keys[event.key](event);
  held.ghost.scrollIntoView({ block: "nearest", inline: "nearest" });
  return say(where());
}

// By mouse

function onDragStart(event) {
  const item = event.currentTarget;
  const height = item.getBoundingClientRect().height / Number(item.dataset.rows);
  event.dataTransfer.effectAllowed = "move";
  event.dataTransfer.setData("text/plain", item.dataset.title);
  pickUp(item, Math.floor((event.clientY - item.getBoundingClientRect().top) / height));
}

function onDragOver(event) {
  if (!held) return;
  event.preventDefault();
  const box = event.currentTarget.getBoundingClientRect();
  const row = Math.floor((event.clientY - box.top) / (box.height / tall)) - held.grabbed;
  moveTo(event.currentTarget, row);
}

function onDrop(event) {
  if (!held) return;
  event.preventDefault();
  say(where());
  held.dropped = true;
  drop();
}

function onDragEnd() {
  if (held && !held.dropped) letGo();
}

for (const item of table.querySelectorAll("[data-meeting]")) {
  const handle = item.querySelector(".tt-move");
  handle.setAttribute("aria-describedby", "tt-hint");
  handle.addEventListener("keydown", onKey);
  handle.addEventListener("blur", () => {
    if (held?.item === item && !dialog.open && !held.dropped) setTimeout(() => { if (held?.item === item && !dialog.open) letGo(); }, 400);
  });
  item.draggable = inGrid();
  item.addEventListener("dragstart", onDragStart);
  item.addEventListener("dragend", onDragEnd);
}
for (const column of columns) {
  column.addEventListener("dragover", onDragOver);
  column.addEventListener("drop", onDrop);
}
dialog.addEventListener("click", (event) => {
  if (!event.target.closest("[data-close]")) return;
  event.preventDefault();
  dialog.close();
});
document.getElementById("tt-hint").hidden = false;
