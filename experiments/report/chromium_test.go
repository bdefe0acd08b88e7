package report

import (
	"bytes"
	"context"
	"net/http"
	"net/http/httptest"
	"os/exec"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// probeScript moves a pointer over every figure, and writes into the title what
// the page shows then.
const probeScript = `<script>addEventListener("load", () => {
  const said = [];
  for (const f of document.querySelectorAll("figure")) {
    const drawing = f.querySelector("svg.plot"), box = drawing.getBoundingClientRect();
    drawing.dispatchEvent(new PointerEvent("pointermove", {clientX: box.left + box.width * 0.6, clientY: box.top + 100}));
    said.push(f.id + ": " + f.querySelector(".values").innerText.replace(/\s+/g, " "));
  }
  document.title = said.join("; ") + "; wide: " + (document.documentElement.scrollWidth > innerWidth);
})</script></body>`

// TestInChromium: the page runs without errors, asks for nothing but itself, and
// shows the values below the pointer.
func TestInChromium(t *testing.T) {
	browser, err := exec.LookPath("chromium")
	if err != nil || testing.Short() {
		t.Skip("needs chromium, and some seconds")
	}
	var page bytes.Buffer
	if err := HTML(&page, depths(), depthVerdicts(depths()), ""); err != nil {
		t.Fatal(err)
	}
	var asked []string
	var lock sync.Mutex
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		lock.Lock()
		asked = append(asked, r.URL.Path)
		lock.Unlock()
		w.Write([]byte(strings.Replace(page.String(), "</body>", probeScript, 1)))
	}))
	defer server.Close()
	dom := browse(t, browser, server.URL)
	if len(asked) != 1 {
		t.Errorf("the page asked for %q, want only itself", asked)
	}
	_, title, _ := strings.Cut(dom, "<title>")
	title, _, _ = strings.Cut(title, "</title>")
	for _, want := range []string{
		"figure-test-error: depth 44 plain 15.1 [13.7, 16.7] residual 5.1 [4.1, 6.3] He et al. 2015, CIFAR-10 (paper) 7.17",
		"figure-train-loss: depth 44 plain 0.819 ± 0.008 residual 0.118 ± 0.012",
		"figure-curves: step 60 residual, 8 1.30", "residual, 44 1.24", "wide: false",
	} {
		if !strings.Contains(title, want) {
			t.Errorf("have %q, want %q in it", title, want)
		}
	}
}

// TestLiveInChromium: a live page becomes the last one, without a reload, and
// what was open stays open.
func TestLiveInChromium(t *testing.T) {
	browser, err := exec.LookPath("chromium")
	if err != nil || testing.Short() {
		t.Skip("needs chromium, and some seconds")
	}
	var asked atomic.Int32
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		s, status := begun(), "running"
		if asked.Add(1) > 1 {
			s, status = depths(), ""
		}
		var page bytes.Buffer
		if err := HTML(&page, s, depthVerdicts(s), status); err != nil {
			t.Error(err)
		}
		w.Write([]byte(strings.Replace(page.String(), "</body>", `<script>document.getElementById("config").open = true</script></body>`, 1)))
	}))
	defer server.Close()
	dom := browse(t, browser, server.URL, "--virtual-time-budget=20000")
	if !strings.Contains(dom, "42 of 42 trials done") || strings.Contains(dom, "<progress") || !strings.Contains(dom, `<details id="config" open="">`) {
		t.Error("the page does not show the end of the sweep")
	}
	if n := asked.Load(); n != 2 {
		t.Errorf("the page was fetched %d times, want 2", n)
	}
}

// browse is the page after its scripts have run, which must have no complaint.
func browse(t *testing.T, browser, url string, flags ...string) string {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	c := exec.CommandContext(ctx, browser, append([]string{"--headless", "--no-sandbox", "--disable-gpu", "--no-first-run",
		"--disable-background-networking", "--disable-component-update", "--disable-sync", "--user-data-dir=" + t.TempDir(),
		"--enable-logging=stderr", "--window-size=600,900", "--dump-dom", url}, flags...)...)
	var log bytes.Buffer
	c.Stderr = &log
	dom, err := c.Output()
	if err != nil {
		t.Skipf("chromium does not run here: %v", err)
	}
	for line := range strings.Lines(log.String()) {
		if strings.Contains(line, "CONSOLE") {
			t.Errorf("the page says: %s", line)
		}
	}
	return string(dom)
}
