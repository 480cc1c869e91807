// Draws a published draw once more, on the reader's own device, and says whether it comes out the same.
// The rules stand in docs/draw.md. Nothing is sent anywhere: the file is read, the rest is computed here.
const VERSION = "eduportal-draw-1";
const MOST_DIFFERENCES = 5;
const MOST_LOTS = 100;
const OUTCOMES = { placed: "확정", waiting: "대기", not_selected: "미선정" };

export const SAME = "이 화면에서 다시 계산한 결과가 발표와 같습니다.";
const DIFFERENT = "이 화면에서 다시 계산한 결과가 발표와 다릅니다.";
const NOT_A_DRAW = "추첨 파일이 아닙니다. 내려받은 파일을 그대로 골라 주세요.";
const NO_FILE = "추첨 파일을 받지 못해 다시 계산하지 못했습니다. 잠시 뒤 화면을 새로 고쳐 주세요.";
const NO_CRYPTO = "이 화면에서는 다시 계산할 수 없습니다. 브라우저는 https로 시작하는 주소에서만 이 계산을 허락합니다. "
  + "추첨 파일을 내려받아 다른 방법으로 확인해 주세요.";

// ---- The algorithm ----

const bytes = (text) => new TextEncoder().encode(text);
const hex = (buffer) => [...new Uint8Array(buffer)].map((byte) => byte.toString(16).padStart(2, "0")).join("");
const digest = (text) => crypto.subtle.digest("SHA-256", bytes(text));
const sha256 = async (text) => hex(await digest(text));
// Tickets and codes are ASCII, in which comparing letters and comparing bytes is the same.
const byText = (one, other) => (one < other ? -1 : Number(one > other));

function canonical(value) {
  if (Array.isArray(value)) return `[${value.map(canonical).join(",")}]`;
  if (value === null || typeof value !== "object") return JSON.stringify(value);
  const parts = Object.keys(value).sort(byText).map((key) => `${JSON.stringify(key)}:${canonical(value[key])}`);
  return `{${parts.join(",")}}`;
}

function listText(commitmentHash, entries) {
  const lines = entries.map(({ ticket, group, channel, lots }) => {
    if (!Number.isInteger(lots) || lots < 1 || lots > MOST_LOTS) throw new TypeError(NOT_A_DRAW);
    return `${ticket},${group},${channel},${lots}`;
  });
  return [VERSION, commitmentHash, ...lines.sort(byText)].map((line) => `${line}\n`).join("");
}

async function drawnNumber(key, { ticket, lots }) {
  const numbers = Array.from({ length: lots }, async (_, at) => hex(await crypto.subtle.sign("HMAC", key, bytes(`${ticket}:${at + 1}`))));
  return (await Promise.all(numbers)).sort(byText)[0];
}

async function byLot(entries, seed) {
  const key = await crypto.subtle.importKey("raw", seed, { name: "HMAC", hash: "SHA-256" }, false, ["sign"]);
  const numbers = new Map();
  await Promise.all(entries.map(async (entry) => numbers.set(entry, await drawnNumber(key, entry))));
  return [...entries].sort((one, other) => byText(numbers.get(one), numbers.get(other)) || byText(one.ticket, other.ticket));
}

function stepsOf({ first, reserved, channels, capacity }) {
  return [
    ...first.map((code) => ({ via: `first:${code}`, seats: capacity, isFor: ({ group }) => group === code })),
    ...reserved.map(([code, seats]) => ({ via: `reserved:${code}`, seats, isFor: ({ group }) => group === code })),
    ...channels.map(([code, seats]) => ({ via: `channel:${code}`, seats, isFor: ({ channel }) => channel === code })),
    { via: "open", seats: capacity, isFor: () => true },
  ];
}

function placed(terms, line) {
  const via = new Map();
  for (const step of stepsOf(terms)) {
    const meant = line.filter(step.isFor);
    const standing = meant.filter((entry) => !via.has(entry));
    // Who was placed by an earlier step counts too: a share is a least number, not an extra.
    const free = Math.min(step.seats - (meant.length - standing.length), terms.capacity - via.size);
    for (const entry of standing.slice(0, Math.max(free, 0))) via.set(entry, step.via);
  }
  return via;
}

function results(terms, lots) {
  const turn = ({ group }) => (terms.first.includes(group) ? terms.first.indexOf(group) : terms.first.length);
  const line = [...lots].sort((one, other) => turn(one) - turn(other));
  const ranks = new Map(lots.map((entry, at) => [entry, at + 1]));
  const via = placed(terms, line);
  const rest = line.filter((entry) => !via.has(entry));
  const row = (outcome, place, entry) => ({ ticket: entry.ticket, rank: ranks.get(entry), outcome, place, via: via.get(entry) ?? "" });
  return [
    ...[...via.keys()].map((entry, at) => row("placed", at + 1, entry)),
    ...rest.slice(0, terms.waiting).map((entry, at) => row("waiting", at + 1, entry)),
    ...rest.slice(terms.waiting).map((entry) => row("not_selected", 0, entry)),
  ];
}

export async function recomputed({ commitment: { terms, source }, list: { entries }, value }) {
  const commitment = await sha256(canonical({ version: VERSION, terms, source }));
  const list = await sha256(listText(commitment, entries));
  const lots = await byLot(entries, await digest(`${list}\n${value}`));
  return { commitment, list, result: results(terms, lots) };
}

// ---- What differs ----

export function inWords({ outcome, place, rank }) {
  return `${OUTCOMES[outcome] ?? outcome}${place ? ` ${place}번` : ""}(추첨 순위 ${rank}번)`;
}

function twice(entries) {
  const seen = new Set();
  return entries.map(({ ticket }) => ticket).filter((ticket) => seen.has(ticket) || !seen.add(ticket));
}

function differences(computed, given) {
  const published = new Map(given.map((row) => [row.ticket, row]));
  const found = computed.flatMap((row) => {
    const other = published.get(row.ticket);
    published.delete(row.ticket);
    if (!other) return [`추첨 번호(${row.ticket})가 명단에는 있으나 결과에 없습니다.`];
    if (canonical(other) === canonical(row)) return [];
    return [`추첨 번호(${row.ticket})의 결과가 다릅니다. 다시 계산: ${inWords(row)}, 발표: ${inWords(other)}`];
  });
  for (const ticket of published.keys()) found.push(`추첨 번호(${ticket})가 결과에는 있으나 명단에 없습니다.`);
  if (!found.length && canonical(computed) !== canonical(given)) return ["결과의 차례가 다시 계산한 차례와 다릅니다."];
  const more = found.length - MOST_DIFFERENCES;
  return more > 0 ? [...found.slice(0, MOST_DIFFERENCES), `이 밖에도 다른 곳이 ${more}군데 있습니다.`] : found;
}

async function wrongValue({ kind, form, sha256: promised }, value) {
  if (kind === "secret") return await sha256(value) !== promised && "공개된 비밀값이 마감 전에 약속한 비밀값과 다릅니다.";
  const wrong = "공개된 값이 정해진 모양으로 적혀 있지 않습니다.";
  if (form !== "numbers") return !/^[0-9a-f]+$/.test(value) && wrong;
  const numbers = value.split(",");
  const sorted = numbers.every((text, at) => /^(0|[1-9][0-9]*)$/.test(text) && (at === 0 || BigInt(numbers[at - 1]) <= BigInt(text)));
  return !sorted && wrong;
}

export async function findings(file, again) {
  const { commitment, list, value, result } = file;
  const computed = again ?? await recomputed(file);
  const found = twice(list.entries).map((ticket) => `추첨 번호(${ticket})가 두 번 있습니다.`);
  if (computed.commitment !== commitment.sha256) found.push(`추첨 기준이 약속 해시와 맞지 않습니다. 계산하면 ${computed.commitment}입니다.`);
  if (computed.list !== list.sha256) found.push(`명단이 명단 해시와 맞지 않습니다. 계산하면 ${computed.list}입니다.`);
  const wrong = await wrongValue(commitment.source, value);
  if (wrong) found.push(wrong);
  return [...found, ...differences(computed.result, result)];
}

// ---- The page ----

const part = (box, name) => box.querySelector(`[data-draw-${name}]`);

function show(box, tone, sentence, found = []) {
  const status = part(box, "status");
  status.className = `alert alert-${tone}`;
  status.textContent = sentence;
  const list = part(box, "findings");
  list.replaceChildren(...found.map((text) => Object.assign(document.createElement("li"), { textContent: text })));
  list.hidden = !found.length;
}

function showHashes(box, file, again) {
  const shown = { commitment: again.commitment, list: again.list, value: file.value };
  for (const [name, text] of Object.entries(shown)) {
    const place = part(box, name);
    if (place) place.textContent = text;
  }
  const hashes = part(box, "hashes");
  if (hashes) hashes.hidden = false;
}

// Whose ticket the address ends in (#ticket-…) finds it said here, and marked in the table.
function markOwn(box, result) {
  const ticket = location.hash.startsWith("#ticket-") ? decodeURIComponent(location.hash.slice(8)) : "";
  for (const row of document.querySelectorAll("tr[data-ticket]")) row.classList.toggle("draw-own", row.dataset.ticket === ticket);
  const own = result.find((row) => row.ticket === ticket);
  const place = part(box, "own");
  place.hidden = !ticket;
  place.textContent = own ? `내 추첨 번호 ${ticket}: ${inWords(own)}` : `추첨 번호(${ticket})는 이 추첨의 명단에 없습니다.`;
}

async function check(box, text) {
  show(box, "info", "다시 계산하고 있습니다.");
  try {
    const file = JSON.parse(text);
    if (file.version !== VERSION) throw new TypeError(NOT_A_DRAW);
    const again = await recomputed(file);
    const found = await findings(file, again);
    showHashes(box, file, again);
    show(box, found.length ? "danger" : "success", found.length ? DIFFERENT : SAME, found);
    markOwn(box, again.result);
    window.onhashchange = () => markOwn(box, again.result);
  } catch {
    show(box, "warning", NOT_A_DRAW);
  }
}

async function fetched(box) {
  try {
    const answer = await fetch(box.dataset.drawCheck);
    if (!answer.ok) throw new Error(answer.status);
    await check(box, await answer.text());
  } catch {
    show(box, "warning", NO_FILE);
  }
}

function offerToPick(box) {
  const input = part(box, "file");
  part(box, "picker").hidden = false;
  part(box, "status").hidden = true;
  input.addEventListener("change", async () => {
    if (!input.files.length) return;
    part(box, "status").hidden = false;
    await check(box, await input.files[0].text());
  });
}

function start(box) {
  if (!globalThis.crypto?.subtle) show(box, "warning", NO_CRYPTO);
  else if (box.dataset.drawCheck) fetched(box);
  else offerToPick(box);
}

document.querySelectorAll("[data-draw-check]").forEach(start);
