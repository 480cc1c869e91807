// An attendance sheet: live counts, all unmarked rows present in one tap, a hint while something is not saved.
const sheet = document.querySelector(".sheet");
const rows = [...sheet.querySelectorAll(".sheet-row")];
const chosen = (row) => row.querySelector("input:checked")?.value ?? "";

function count() {
  for (const place of sheet.querySelectorAll("[data-count]")) {
    place.textContent = rows.filter((row) => chosen(row) === place.dataset.count).length;
  }
}

function changed() {
  count();
  for (const hint of sheet.querySelectorAll("[data-unsaved]")) hint.hidden = false;
}

function fill(event) {
  event.preventDefault();
  const value = event.currentTarget.dataset.fill;
  for (const row of rows.filter((row) => !chosen(row))) {
    row.querySelector(`input[value="${value}"]`).checked = true;
  }
  changed();
}

sheet.addEventListener("change", changed);
for (const button of sheet.querySelectorAll("[data-fill]")) button.addEventListener("click", fill);
count();
