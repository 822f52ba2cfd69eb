// The yardstick of a start: a program that prints one line, compiled to an executable.
console.log('0.1.0');
