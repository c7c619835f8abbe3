// A record made in the window that a "+" opens is written beside the "+" by its name, as people write it:
// Django would put its key there.
"use strict";
{
  const withoutNames = window.dismissAddRelatedObjectPopup;

  const boxFor = (place) => {
    if (place?.matches("input[list]")) return place;
    const boxes = [...(place?.querySelectorAll("input[list]") ?? [])];
    const empty = boxes.find((box) => !box.value);
    if (empty || !boxes.length) return empty;
    const label = boxes.at(-1).closest("label").cloneNode(true);
    boxes.at(-1).closest("label").after(label);
    return label.querySelector("input");
  };

  window.dismissAddRelatedObjectPopup = (popup, key, name, ...rest) => {
    const box = boxFor(document.getElementById(popup.name.replace(/__\d+$/, "")));
    if (!box) return withoutNames(popup, key, name, ...rest);
    box.value = name;
    box.focus();
    popup.close();
  };
}
