// Package readme holds nothing but the tests that README.md is true.
package readme
