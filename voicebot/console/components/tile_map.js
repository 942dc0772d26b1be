// Tiles for provinces on a grid. Each is a button; its colour says how much, its text says it exactly.
const PALEST = 0.06, FULLEST = 0.42; // the text stays readable on every shade of either theme

export default {
  props: { tiles: Array, places: Object, name: String, chosen: String },
  emits: ["choose"],
  template: `
    <div class="vb-tiles" role="group" :aria-label="name">
      <button v-for="tile in tiles" type="button" :key="tile.province" :style="place(tile)" :title="tile.hint"
              :class="['vb-tile', { 'vb-tile-none': tile.share < 0}]"
              :aria-pressed="tile.province === chosen" @click="$emit('choose', tile.province)">
        <span class="vb-tile-name">{{ tile.name }}</span><span class="vb-tile-text vb-figures">{{ tile.text }}</span>
      </button>
    </div>`,
  methods: {
    place(tile) {
      const [column, row] = this.places[tile.province];
      return {
        gridColumn: column + 1,
        gridRow: row + 1,
        background: tile.share < 0 ? undefined : `rgb(var(--heat) / ${PALEST + (FULLEST - PALEST) * tile.share})`,
      };
    },
  },
};
