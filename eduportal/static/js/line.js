// One's place in the waiting line. The server says how things stand and when to ask again; nothing here
// depends on the device's clock, and without script the page asks again by itself.
const waitingLine = document.querySelector("[data-turn]");

function standInLine(box) {
  const TRY_AGAIN = 5_000;
  const part = (name) => box.querySelector(`[data-${name}]`);
  const people = (count) => `${count.toLocaleString("ko-KR")}명`;
  let stage = box.dataset.stage;
  let ahead = Number(box.dataset.ahead);
  let left = Number(box.dataset.left);
  // A page that took long to come is as old as its first byte.
  let known = performance.getEntriesByType("navigation")[0]?.responseStart ?? performance.now();
  let timer;

  function leftInWords(milliseconds) {
    const seconds = Math.ceil(milliseconds / 1000);
    if (seconds < 10) return "곧";
    return seconds < 60 ? `약 ${seconds}초` : `약 ${Math.ceil(seconds / 60)}분`;
  }

  // Between two answers the line moves on evenly, so this is what the server would say.
  function moveOn() {
    const still = Math.max(0, left - (performance.now() - known));
    part("left-shown").textContent = leftInWords(still);
    part("ahead-shown").textContent = people(left ? Math.ceil((ahead * still) / left) : 0);
  }

  function show(found) {
    ({ stage, ahead, left } = found);
    known = performance.now();
    for (const section of box.querySelectorAll("[data-shown]")) section.hidden = section.dataset.shown !== stage;
    part("people").textContent = people(found.people);
    if (stage !== "waiting") return;
    part("place").textContent = `${found.place.toLocaleString("ko-KR")}번째`;
    part("said").textContent = `내 앞에 ${people(ahead)}, 차례까지 ${leftInWords(left)}`;
    moveOn();
  }

  function askAfter(pause) {
    clearTimeout(timer);
    timer = setTimeout(ask, pause);
  }

  async function ask() {
    clearTimeout(timer);
    try {
      const answer = await fetch(box.dataset.turn, { cache: "no-store" });
      if (!answer.ok) throw new Error(answer.status);
      const found = await answer.json();
      // On to the application, or to whatever the page has become.
      if (found.stage === "admitted" || found.stage === "unknown") return location.reload();
      show(found);
      askAfter(found.pause);
    } catch {
      askAfter(TRY_AGAIN * (1 + Math.random()));
    }
  }

  askAfter(Number(box.dataset.pause) - (performance.now() - known));
  setInterval(() => stage === "waiting" && moveOn(), 1000);
  // A phone that slept has not counted the time.
  document.addEventListener("visibilitychange", () => document.hidden || performance.now() - known < 1000 || ask());
}

if (waitingLine) standInLine(waitingLine);
