// Apologies to sign: a ready-made sentence into one row at a tap, all rows chosen at once, how many are.

const boxes = () => [...document.querySelectorAll('[data-letters] input[name="item[]"]')];

function tell() {
  const all = boxes();
  const chosen = all.filter((box) => box.checked).length;
  for (const box of all) box.closest('li').classList.toggle('chosen', box.checked);
  const told = document.querySelector('[data-picked]');
  if (told) told.textContent = chosen ? `Đã chọn ${chosen} hồ sơ` : 'Chọn hồ sơ để ký cùng lúc';
  const every = document.querySelector('[data-pick-all]');
  if (every) {
    every.checked = chosen > 0 && chosen === all.length;
    every.indeterminate = chosen > 0 && chosen < all.length;
  }
}

for (const select of document.querySelectorAll('[data-fill]')) {
  select.hidden = false;
  select.addEventListener('change', () => {
    if (select.value) document.getElementById(select.dataset.fill).value = select.value;
    select.value = '';
  });
}

document.addEventListener('change', (event) => {
  if (event.target.matches('[data-pick-all]')) {
    for (const box of boxes()) box.checked = event.target.checked;
  }
  tell();
});
tell();
