// A clock that runs beside a code shows whoever looks at a telephone that it is no picture of one.

const clock = document.querySelector("[data-clock]");
if (clock) {
  const language = document.documentElement.lang;
  const format = new Intl.DateTimeFormat(language, { dateStyle: "medium", timeStyle: "medium" });
  const tick = () => { clock.textContent = format.format(new Date()); };
  tick();
  setInterval(tick, 1000);
}
