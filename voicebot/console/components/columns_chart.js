// Columns stacked over time, or lines, as SVG. The pointer shows the values of one place.
const LEFT = 40, RIGHT = 8, TOP = 10, BOTTOM = 24, LABEL_PX = 64;

function niceStep(highest) {
  const rough = highest / 4 || 1;
  const power = 10 ** Math.floor(Math.log10(rough));
  return [1, 2, 5, 10].map((each) => each * power).find((step) => step >= rough && (power >= 1 || step >= 1)) || 1;
}

export default {
  props: { labels: Array, series: Array, name: String, unit: String, lines: Boolean },
  template: `
    <figure class="vb-chart" :aria-label="name" ref="all">
      <svg :viewBox="'0 0 ' + width + ' ' + height" :width="width" :height="height" role="img" :aria-label="summary"
           @mousemove="point" @mouseleave="here = null">
        <g v-for="tick in ticks">
          <line :x1="left" :x2="width - right" :y1="y(tick)" :y2="y(tick)" class="vb-chart-grid" />
          <text :x="left - 6" :y="y(tick) + 4" text-anchor="end">{{ tick }}</text>
        </g>
        <text v-for="place in labelled" :x="x(place) + step / 2" :y="height - 6" text-anchor="middle">
          {{ labels[place] }}</text>
        <rect v-if="here !== null" class="vb-chart-here" :x="x(here)" :y="top" :width="step" :height="height - top - bottom" />
        <template v-if="lines">
          <g v-for="each in series" :style="{ stroke: each.colour, fill: each.colour }">
            <polyline :points="polyline(each)" style="fill: none" stroke-width="2" stroke-linejoin="round" />
            <circle v-for="spot in spots(each)" :cx="spot.x" :cy="spot.y" r="2" />
          </g>
        </template>
        <template v-else v-for="(_, place) in labels">
          <rect v-for="part in stack(place)" :x="x(place) + step * 0.14" :width="step * 0.72" :y="part.y"
                :height="part.height" :style="{ fill: part.colour }" rx="1.5" />
        </template>
      </svg>
      <figcaption>
        <span v-for="each in series"><i :style="{ background: each.colour }"></i>{{ each.name }}
          <b v-if="here !== null" class="vb-figures">{{ each.values[here] ?? "–" }}{{ unit }}</b></span>
        <span v-if="here !== null" class="vb-faint vb-figures">{{ labels[here] }}</span>
      </figcaption>
    </figure>`,
  data() {
    return { width: 600, height: 210, here: null, left: LEFT, right: RIGHT, top: TOP, bottom: BOTTOM };
  },
  mounted() {
    this.observer = new ResizeObserver(() => (this.width = Math.max(240, this.$refs.all.clientWidth)));
    this.observer.observe(this.$refs.all);
  },
  unmounted() {
    this.observer.disconnect();
  },
  computed: {
    step() {
      return (this.width - LEFT - RIGHT) / Math.max(1, this.labels.length);
    },
    highest() {
      const sums = this.labels.map((_, place) => {
        const values = this.series.map((each) => each.values[place]);
        return this.lines ? Math.max(...values) : values.reduce((sum, value) => sum + value, 0);
      });
      return Math.max(1, ...sums);
    },
    ticks() {
      const step = niceStep(this.highest);
      const ticks = [];
      for (let tick = 0; tick < this.highest + step; tick += step) ticks.push(Math.round(tick * 100) / 100);
      return ticks;
    },
    labelled() {
      const every = Math.max(1, Math.ceil(LABEL_PX / this.step));
      return this.labels.map((_, place) => place).filter((place) => place % every === 0);
    },
    summary() {
      const total = (each) => each.values.reduce((sum, value) => sum + value, 0);
      return this.name + ": " + this.series.map((each) => each.name + " " + total(each)).join(", ");
    },
  },
  methods: {
    x(place) {
      return LEFT + place * this.step;
    },
    y(value) {
      const top = this.ticks[this.ticks.length - 1] || 1;
      return this.height - BOTTOM - (value / top) * (this.height - TOP - BOTTOM);
    },
    stack(place) {
      let below = 0;
      return this.series.filter((each) => each.values[place]).map((each) => {
        const from = this.y(below);
        below += each.values[place];
        return { y: this.y(below), height: from - this.y(below), colour: each.colour };
      });
    },
    spots(each) {
      return each.values
        .map((value, place) => ({ value, x: this.x(place) + this.step / 2, y: this.y(value || 0) }))
        .filter((spot) => spot.value !== null);
    },
    polyline(each) {
      return this.spots(each).map((spot) => `${spot.x},${spot.y}`).join(" ");
    },
    point(event) {
      const box = event.currentTarget.getBoundingClientRect();
      const place = Math.floor((event.clientX - box.left - LEFT) / this.step);
      this.here = place >= 0 && place < this.labels.length ? place : null;
    },
  },
};
