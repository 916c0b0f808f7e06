// ReDoc asks for a logo from another site: it gets none.
const image = HTMLImageElement.prototype;
image.setAttribute = function (name, value) {
  if (!String(value).startsWith("https://cdn.redoc.ly/")) {
    Element.prototype.setAttribute.call(this, name, value);
  }
};
Object.defineProperty(image, "src", {
  get() { return this.getAttribute("src"); },
  set(value) { this.setAttribute("src", value); },
});
