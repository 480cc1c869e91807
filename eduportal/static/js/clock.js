// The server's clock, and what appears when a window opens. The server decides; this only shows its time.
const clocks = [...document.querySelectorAll("[data-server-now]")];
const openings = [...document.querySelectorAll("[data-opens-at]")];
const written = new Intl.DateTimeFormat("ko-KR", {
  timeZone: "Asia/Seoul", year: "numeric", month: "numeric", day: "numeric", weekday: "short",
  hour: "2-digit", minute: "2-digit", second: "2-digit", hourCycle: "h23",
});
const MINUTE = 60_000;

// Added to performance.now(), which no change of the phone's own clock disturbs.
let offset = Date.parse(clocks[0]?.dataset.serverNow) - performance.now();
const serverNow = () => offset + performance.now();

function text(instant) {
  const part = Object.fromEntries(written.formatToParts(instant).map(({ type, value }) => [type, value]));
  return `${part.year}. ${part.month}. ${part.day}.(${part.weekday}) ${part.hour}:${part.minute}:${part.second}`;
}

function left(milliseconds) {
  const seconds = Math.ceil(milliseconds / 1000);
  const [hours, minutes] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60];
  return `${hours ? `${hours}시간 ` : ""}${hours || minutes ? `${minutes}분 ` : ""}${seconds % 60}초 남았습니다.`;
}

function showOpening(box) {
  const wait = Date.parse(box.dataset.opensAt) - serverNow();
  const open = wait <= 0;
  for (const part of box.querySelectorAll("[data-until-open]")) part.hidden = open;
  for (const part of box.querySelectorAll("[data-when-open]")) part.hidden = !open;
  for (const part of box.querySelectorAll("[data-countdown]")) {
    part.textContent = wait > 0 && wait < 24 * 60 * MINUTE ? left(wait) : "";
  }
}

function tick() {
  for (const clock of clocks) clock.textContent = text(serverNow());
  openings.forEach(showOpening);
  setTimeout(tick, 1000 - (serverNow() % 1000));
}

async function synchronize() {
  const asked = performance.now();
  try {
    const answer = await fetch(clocks[0].dataset.clock ?? "/clock", { cache: "no-store" });
    if (!answer.ok) return;
    const { now } = await answer.json();
    // The answer was true about half-way between asking and hearing.
    offset = Date.parse(now) - (asked + performance.now()) / 2;
  } catch {
    // Off the network for a moment: the clock runs on from what it knows.
  }
}

if (clocks.length) {
  tick();
  synchronize();
  setInterval(synchronize, 5 * MINUTE);
  document.addEventListener("visibilitychange", () => document.hidden || synchronize());
}
