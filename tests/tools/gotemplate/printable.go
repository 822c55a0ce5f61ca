package main

import (
	"fmt"
	"strconv"
	"unicode"
)

// printable prints the table in crates/gocompat/src/strconv/printable.rs.
func printable() {
	fmt.Println("//! The characters that Go prints as they are, as ranges of code points.")
	fmt.Println("//!")
	fmt.Printf("//! Generated from `strconv.IsPrint` of Go (Unicode %s) by `tests/tools/gotemplate printable`; do not edit.\n\n", unicode.Version)
	fmt.Println("/// First and last code point of each run, sorted.")
	fmt.Println("#[rustfmt::skip]\npub(super) const RANGES: &[(u32, u32)] = &[")
	start := rune(-1)
	n := 0
	line := "   "
	for r := rune(0); r <= 0x110000; r++ {
		p := r <= unicode.MaxRune && strconv.IsPrint(r)
		if p && start < 0 {
			start = r
		}
		if !p && start >= 0 {
			line += fmt.Sprintf(" (%#x, %#x),", start, r-1)
			start = -1
			n++
			if n%8 == 0 {
				fmt.Println(line)
				line = "   "
			}
		}
	}
	if line != "   " {
		fmt.Println(line)
	}
	fmt.Println("];")
}
