"""Result → plotly Figure, one figure a function; nothing here computes or asks Streamlit."""
