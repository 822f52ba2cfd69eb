// Written by `npm run generate` from console/icon.svg; changes here are lost.

export const ICON_SVG = "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 32 32\"><rect width=\"32\" height=\"32\" rx=\"7\" fill=\"#0b6e68\"/><path d=\"M22.5 12.2A7.5 7.5 0 1 0 23.5 17H17\" fill=\"none\" stroke=\"#fff\" stroke-width=\"3.4\" stroke-linecap=\"round\" stroke-linejoin=\"round\"/></svg>";
