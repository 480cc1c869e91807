// A form with data-again="3" is sent by itself after three seconds, as if its button was pressed.
document.querySelectorAll("form[data-again]").forEach((form) => {
  setTimeout(() => form.requestSubmit(), Number(form.dataset.again) * 1000);
});
